/* What a program of the operator's prints, behind a byte that says what it was asked: an answer is one line
 * that repeats the question's id, or one digest, and stands in what was printed. The question itself is one
 * line, or words, whatever a pod put into it. */
#include "fuzz/fuzz.h"
#include "programs/question.h"
#include "json/json.h"

#include <string.h>

#define ID         "0123456789abcdef0123456789abcdef"
#define ANSWER_MAX 65536
#define OUTPUT_MAX 65536
#define DIGEST_MAX 256
#define COMMAND    "/bin/check --image {image_id} {salt}{exclude} {patch_version}"

void fuzz_program_answer(const unsigned char *data, size_t size);

static void check_line(const struct question *question)
{
    struct json_error error;
    json_object *object;
    struct buf line;

    buf_init(&line, OUTPUT_MAX);
    question_line(question, ID, &line);
    FUZZ_CHECK(!line.failed && (question_is_spoken(question->kind) == (line.length > 0)));
    if (line.length > 0) {
        FUZZ_CHECK(strchr(line.data, '\n') == line.data + line.length - 1);
        object = json_parse_strict(line.data, line.length, &error);
        FUZZ_CHECK(json_object_is_type(object, json_type_object));
        FUZZ_CHECK(json_object_object_length(object) == 4 && strcmp(json_get_text(object, "id"), ID) == 0);
        json_object_put(object);
    }
    buf_free(&line);
}

/* A part is never a word more, and none is lost. */
static void check_words(const struct question *question)
{
    struct config config = { .attestation.filesystem_command = (char *)COMMAND,
                             .attestation.environment_command = (char *)COMMAND };
    struct question_words words;
    size_t count = 0;

    if (question_make_words(question, &config, &words)) {
        while (words.list[count] != NULL)
            count++;
        FUZZ_CHECK(count == 5);
        if (question->kind == QUESTION_FILESYSTEM)
            FUZZ_CHECK(strcmp(words.list[2], question->part[FILESYSTEM_IMAGE_ID]) == 0 &&
                       strcmp(words.list[4], question->part[FILESYSTEM_PATCH_VERSION]) == 0);
    }
    question_free_words(&words);
}

static void check_answer(const struct question *question, const struct buf *output, const struct buf *answer)
{
    struct json_error error;
    json_object *object;

    FUZZ_CHECK(answer->length > 0 && strchr(answer->data, '\n') == NULL);
    FUZZ_CHECK(strlen(answer->data) == answer->length && strstr(output->data, answer->data) != NULL);
    if (question->kind == QUESTION_FILESYSTEM) {
        FUZZ_CHECK(answer->length < DIGEST_MAX && strstr(output->data, "RESULT:") != NULL);
        return;
    }
    object = json_parse_strict(answer->data, answer->length, &error);
    FUZZ_CHECK(json_object_is_type(object, json_type_object) && strcmp(json_get_text(object, "id"), ID) == 0);
    json_object_put(object);
}

void fuzz_program_answer(const unsigned char *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    struct fuzz_rest rest = { data, size };
    struct question question = { .kind = (enum question_kind)(fuzz_byte(&rest) % QUESTION_KIND_COUNT) };
    struct buf output, answer;

    for (int i = 0; i < QUESTION_PARTS; i++)
        question.part[i] = fuzz_text(arena, rest.data, rest.size < 2048 ? rest.size : 2048);
    check_line(&question);
    check_words(&question);
    buf_init(&output, OUTPUT_MAX);
    buf_init(&answer, ANSWER_MAX);
    buf_append(&output, rest.data, rest.size);
    if (!output.failed && question_read(&question, ID, &output, &answer))
        check_answer(&question, &output, &answer);
    buf_free(&output);
    buf_free(&answer);
}
