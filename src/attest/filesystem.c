/* Asks the operator's tool for a digest, or the answers that are kept. The tool gets words, never a shell. */
#include "attest/filesystem.h"

#include "core/clock.h"
#include "core/command.h"
#include "core/log.h"
#include "core/ring_cache.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX        32
#define OUTPUT_MAX_BYTES 65536
#define ANSWERS_KEPT     64
#define DIGEST_MAX_BYTES 256

static const char RESULT_PREFIX[] = "RESULT:";

struct digest {
    char text[DIGEST_MAX_BYTES];
};

/* Answers of this process, by their question. */
RING_CACHE(answers, ANSWERS_KEPT, struct digest);

static void add_part(crypto_generichash_state *state, const char *text)
{
    crypto_generichash_update(state, (const unsigned char *)text, strlen(text) + 1);
}

static void make_key(const struct config *config, const struct filesystem_question *question,
                     unsigned char key[RING_CACHE_KEY_BYTES])
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, RING_CACHE_KEY_BYTES);
    add_part(&state, config->attestation.filesystem_command);
    add_part(&state, question->image_id);
    add_part(&state, question->patch_version);
    add_part(&state, question->salt);
    add_part(&state, question->filename);
    crypto_generichash_final(&state, key, RING_CACHE_KEY_BYTES);
}

/* A word of the command with its placeholders filled in. */
static const char *fill_in(struct arena *arena, const struct filesystem_question *question, const char *word)
{
    const char *exclude = arena_printf(arena, "/app/%s", question->filename);
    const struct {
        const char *name, *value;
    } placeholders[] = {
        { "{image_id}", question->image_id },
        { "{patch_version}", question->patch_version },
        { "{salt}", question->salt },
        { "{exclude}", exclude },
    };
    const char *filled = "";

    while (*word != '\0') {
        size_t i, plain = strcspn(word + 1, "{") + 1;

        for (i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++) {
            size_t length = strlen(placeholders[i].name);

            if (strncmp(word, placeholders[i].name, length) == 0) {
                filled = arena_printf(arena, "%s%s", filled, placeholders[i].value);
                word += length;
                break;
            }
        }
        if (i < sizeof(placeholders) / sizeof(placeholders[0]))
            continue;
        filled = arena_printf(arena, "%s%.*s", filled, (int)plain, word);
        word += plain;
    }
    return filled;
}

/* The line RESULT:<digest> of what the tool printed; its length, 0 where there is none. */
static size_t find_result(const char *output, const char **digest)
{
    const char *line = output;

    while (line != NULL) {
        size_t length = strcspn(line, "\r\n");

        if (strncmp(line, RESULT_PREFIX, sizeof(RESULT_PREFIX) - 1) == 0) {
            *digest = line + sizeof(RESULT_PREFIX) - 1;
            length -= sizeof(RESULT_PREFIX) - 1;
            return length < DIGEST_MAX_BYTES ? length : 0;
        }
        line = strchr(line, '\n');
        if (line != NULL)
            line++;
    }
    return 0;
}

/* Runs the tool; NULL: no answer. */
static const char *ask(const struct config *config, struct arena *arena,
                       const struct filesystem_question *question,
                       const unsigned char key[RING_CACHE_KEY_BYTES], int64_t deadline_ms)
{
    const char *words[WORDS_MAX + 1], *rest = config->attestation.filesystem_command, *digest = NULL;
    struct command command = { .arguments = words, .output_max_bytes = OUTPUT_MAX_BYTES };
    const char *output;
    size_t count = 0, length;

    for (rest += strspn(rest, " \t"); *rest != '\0' && count < WORDS_MAX; rest += strspn(rest, " \t")) {
        length = strcspn(rest, " \t");
        words[count++] = fill_in(arena, question, arena_strndup(arena, rest, length));
        rest += length;
    }
    words[count] = NULL;
    command.deadline_ms = clock_monotonic_ms() + config->attestation.filesystem_timeout_ms;
    if (command.deadline_ms > deadline_ms)
        command.deadline_ms = deadline_ms;
    output = command_run(&command, arena);
    length = output != NULL ? find_result(output, &digest) : 0;
    if (length == 0) {
        log_event(LOG_LEVEL_ERROR, "filesystem_command gave no RESULT line");
        return NULL;
    }
    return memcpy(((struct digest *)ring_cache_put(&answers, key, INT64_MAX))->text, digest, length);
}

enum status filesystem_check(const struct config *config, struct arena *arena,
                             const struct filesystem_question *question, const char *digest,
                             int64_t deadline_ms, enum refusal *refusal)
{
    unsigned char key[RING_CACHE_KEY_BYTES];
    const struct digest *answer;
    const char *expected;

    *refusal = REFUSAL_NONE;
    if (config->attestation.filesystem == FILESYSTEM_NONE)
        return STATUS_OK;
    make_key(config, question, key);
    answer = ring_cache_find(&answers, key, 0);
    expected = answer != NULL ? answer->text : ask(config, arena, question, key, deadline_ms);
    if (expected == NULL)
        return STATUS_UNAVAILABLE;
    if (digest == NULL || strcmp(digest, expected) != 0)
        *refusal = REFUSAL_FILESYSTEM_DIFFERS;
    return STATUS_OK;
}
