/* What an instance of an old SDK must show of its files: the command it runs, the chute's code, the image. */
#include "old_sdk/code.h"

#include "attest/environment.h"
#include "core/encode.h"
#include "json/json.h"

#include <sodium.h>
#include <string.h>

#define CODE_READS          10
#define CODE_READ_MIN_BYTES 10

/* Reads a whole file of the instance. NULL: no answer of the right kind. */
static const unsigned char *slurp(struct verification *verification, const char *path, size_t *length)
{
    struct arena *arena = verification->pod.arena;
    json_object *question = json_made(json_object_new_object()), *object;
    unsigned char iv[AES_BLOCK_BYTES];
    struct pod_answer answer;
    const char *plain, *contents;

    json_put(question, "path", json_made(json_object_new_string(path)));
    answer = pod_ask(
        &verification->pod,
        &(struct pod_question){ .path = "/_slurp",
                                .body = pod_seal(&verification->pod, ask_text(verification, question), iv) });
    plain = ask_is_good(&answer) ? pod_open(&verification->pod, iv, &answer) : NULL;
    object = plain != NULL ? ask_parse(verification, plain) : NULL;
    contents = json_object_is_type(object, json_type_object) ? json_get_text(object, "contents") : NULL;
    return contents != NULL ? base64_decode(arena, contents, strlen(contents), length) : NULL;
}

enum step_result code_read_whole(struct verification *verification)
{
    const struct old_sdk_instance *instance = verification->instance;
    struct arena *arena = verification->pod.arena;
    size_t length = 0;
    const unsigned char *found = slurp(verification, "/proc/1/cmdline", &length);
    const char *seed = json_get_integer_text(json_object_array_get_idx(verification->gpus, 0), "seed");
    const struct environment_command expected = {
        .ref_str = instance->ref_str,
        .hotkey = instance->hotkey,
        .validator = verification->config->launch.validator_ss58,
        .seed = seed != NULL ? seed : "0",
    };
    char *cmdline;

    if (found == NULL)
        return ask_fail(verification, STEP_NO_ANSWER, REFUSAL_OLD_SDK_SLURP_SILENT);
    cmdline = arena_strndup(arena, (const char *)found, length);
    while (length > 0 && (cmdline[length - 1] == '\0' || cmdline[length - 1] == ' '))
        length--;
    cmdline[length] = '\0';
    for (size_t i = 0; i < length; i++)
        cmdline[i] = cmdline[i] == '\0' ? ' ' : cmdline[i];
    if (!environment_command_matches(arena, cmdline, &expected))
        return ask_fail(verification, STEP_WRONG, REFUSAL_OLD_SDK_COMMAND_WRONG);

    found = slurp(verification, arena_printf(arena, "/app/%s", instance->filename), &length);
    if (found == NULL)
        return ask_fail(verification, STEP_NO_ANSWER, REFUSAL_OLD_SDK_SLURP_SILENT);
    return length == strlen(instance->code) && memcmp(found, instance->code, length) == 0
               ? STEP_PASSED
               : ask_fail(verification, STEP_WRONG, REFUSAL_CODE_DIFFERS);
}

/* The SHA-256 of a piece of a file. */
static enum step_result read_piece(struct verification *verification)
{
    json_object *challenge = verification->subject;
    json_object *question = json_made(json_object_new_object());
    unsigned char iv[AES_BLOCK_BYTES];
    struct pod_answer answer;
    const char *text;

    json_put(question, "filename", json_made(json_object_new_string(json_get_text(challenge, "filename"))));
    json_put(question, "offset", json_made(json_object_new_int64(json_get_integer(challenge, "offset", 0))));
    json_put(question, "length", json_made(json_object_new_int64(json_get_integer(challenge, "length", 0))));
    text = ask_text(verification, question);
    answer =
        pod_ask(&verification->pod,
                &(struct pod_question){
                    .path = "/_fs_challenge",
                    .body = verification->instance->holds_key ? pod_seal(&verification->pod, text, iv) : text,
                    .json = !verification->instance->holds_key,
                });
    if (!ask_is_good(&answer))
        return ask_fail(verification, STEP_NO_ANSWER, REFUSAL_OLD_SDK_PIECES_SILENT);
    return strcmp(answer.text, json_get_text(challenge, "expected")) == 0
               ? STEP_PASSED
               : ask_fail(verification, STEP_WRONG, REFUSAL_OLD_SDK_PIECE_WRONG);
}

/* A random piece of the chute's code, as one more challenge. */
static json_object *make_code_challenge(const struct verification *verification)
{
    const char *code = verification->instance->code;
    uint32_t size = (uint32_t)strlen(code), length = size, offset = 0;
    char digest[crypto_hash_sha256_BYTES * 2 + 1];
    unsigned char raw[crypto_hash_sha256_BYTES];
    json_object *challenge = json_made(json_object_new_object());

    if (size > CODE_READ_MIN_BYTES) {
        length = CODE_READ_MIN_BYTES + randombytes_uniform(size - CODE_READ_MIN_BYTES + 1);
        offset = randombytes_uniform(size - length + 1);
    }
    crypto_hash_sha256(raw, (const unsigned char *)code + offset, length);
    hex_encode(digest, raw, sizeof(raw));
    json_put(challenge, "filename",
             json_made(json_object_new_string(
                 arena_printf(verification->pod.arena, "/app/%s", verification->instance->filename))));
    json_put(challenge, "offset", json_made(json_object_new_int64(offset)));
    json_put(challenge, "length", json_made(json_object_new_int64(length)));
    json_put(challenge, "expected", json_made(json_object_new_string(digest)));
    return challenge;
}

enum step_result code_read_pieces(struct verification *verification)
{
    enum step_result result = STEP_PASSED;

    for (int i = 0; i < CODE_READS; i++)
        json_append(verification->challenges, make_code_challenge(verification));
    for (size_t i = 0; i < json_object_array_length(verification->challenges) && result == STEP_PASSED; i++)
        result = ask_step(verification, read_piece, json_object_array_get_idx(verification->challenges, i));
    return result;
}
