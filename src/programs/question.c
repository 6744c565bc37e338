/* The table of kinds. What a program is told are words of its command or one line of JSON, so that nothing
 * that a pod sent can be more than text. */
#include "programs/question.h"

#include "json/json.h"

#include <sodium.h>
#include <string.h>

#define LINE_EXTRA_BYTES 65536
#define WORDS_MAX_BYTES  131072
#define DIGEST_MAX_BYTES 256
#define BLANKS           " \t"
#define EXCLUDE_PREFIX   "/app/"

static const char RESULT_PREFIX[] = "RESULT:";

struct kind {
    const char *setting;
    bool spoken, constant;
    const char *(*command)(const struct config *config);
    int64_t (*time_ms)(const struct config *config);
    void (*fill_in)(const struct question *question, const char *word, struct buf *filled);
    void (*line)(const struct question *question, const char *id, struct buf *line);
    bool (*read)(const char *id, const struct buf *output, struct buf *answer);
};

static const char *environment_command(const struct config *config)
{
    return config->attestation.environment_command;
}

static int64_t environment_time_ms(const struct config *config)
{
    return config->attestation.environment_timeout_ms;
}

static void environment_word(const struct question *question, const char *word, struct buf *filled)
{
    (void)question;
    buf_puts(filled, word);
}

static void add_member(struct buf *line, const char *name, const char *text)
{
    buf_printf(line, "%s\"%s\":", line->length == 0 ? "{" : ",", name);
    buf_json_string(line, text, strlen(text));
}

static void environment_line(const struct question *question, const char *id, struct buf *line)
{
    add_member(line, "id", id);
    add_member(line, "env", question->part[ENVIRONMENT_ENV]);
    add_member(line, "code", question->part[ENVIRONMENT_CODE]);
    add_member(line, "env_key", question->part[ENVIRONMENT_KEY]);
    buf_puts(line, "}\n");
}

/* One line, a JSON object that repeats the id. What else is in it the asker reads. */
static bool environment_read(const char *id, const struct buf *output, struct buf *answer)
{
    size_t length = output->length;
    struct json_error error;
    json_object *object;
    const char *repeated;
    bool right;

    if (length > 0 && output->data[length - 1] == '\n')
        length--;
    /* rule: programs.one_line */
    if (memchr(output->data, '\n', length) != NULL)
        return false;
    object = json_parse_strict(output->data, length, &error);
    repeated = json_object_is_type(object, json_type_object) ? json_get_text(object, "id") : NULL;
    /* rule: programs.id */
    right = repeated != NULL && strcmp(repeated, id) == 0;
    json_object_put(object);
    buf_append(answer, output->data, length);
    return right;
}

static const char *filesystem_command(const struct config *config)
{
    return config->attestation.filesystem_command;
}

static int64_t filesystem_time_ms(const struct config *config)
{
    return config->attestation.filesystem_timeout_ms;
}

/* A word of the command with its placeholders filled in. */
static void filesystem_word(const struct question *question, const char *word, struct buf *filled)
{
    static const struct {
        const char *name, *prefix;
        int part;
    } placeholders[] = {
        { "{image_id}", "", FILESYSTEM_IMAGE_ID },
        { "{patch_version}", "", FILESYSTEM_PATCH_VERSION },
        { "{salt}", "", FILESYSTEM_SALT },
        { "{exclude}", EXCLUDE_PREFIX, FILESYSTEM_FILENAME },
    };

    while (*word != '\0') {
        size_t i, plain = strcspn(word + 1, "{") + 1;

        for (i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++) {
            if (strncmp(word, placeholders[i].name, strlen(placeholders[i].name)) == 0)
                break;
        }
        if (i < sizeof(placeholders) / sizeof(placeholders[0])) {
            buf_puts(filled, placeholders[i].prefix);
            buf_puts(filled, question->part[placeholders[i].part]);
            word += strlen(placeholders[i].name);
        } else {
            buf_append(filled, word, plain);
            word += plain;
        }
    }
}

static void no_line(const struct question *question, const char *id, struct buf *line)
{
    (void)question;
    (void)id;
    (void)line;
}

/* The line RESULT:<digest> of what the tool printed. */
static bool filesystem_read(const char *id, const struct buf *output, struct buf *answer)
{
    const char *line = output->data;

    (void)id;
    while (line != NULL) {
        size_t length = strcspn(line, "\r\n");

        if (strncmp(line, RESULT_PREFIX, sizeof(RESULT_PREFIX) - 1) == 0) {
            length -= sizeof(RESULT_PREFIX) - 1;
            if (length == 0 || length >= DIGEST_MAX_BYTES)
                return false;
            buf_append(answer, line + sizeof(RESULT_PREFIX) - 1, length);
            return true;
        }
        line = strchr(line, '\n');
        if (line != NULL)
            line++;
    }
    return false;
}

static const struct kind kinds[QUESTION_KIND_COUNT] = {
    [QUESTION_ENVIRONMENT] = { .setting = "environment_command",
                               .spoken = true,
                               .command = environment_command,
                               .time_ms = environment_time_ms,
                               .fill_in = environment_word,
                               .line = environment_line,
                               .read = environment_read },
    [QUESTION_FILESYSTEM] = { .setting = "filesystem_command",
                              .constant = true,
                              .command = filesystem_command,
                              .time_ms = filesystem_time_ms,
                              .fill_in = filesystem_word,
                              .line = no_line,
                              .read = filesystem_read },
};

const char *question_command(enum question_kind kind, const struct config *config)
{
    return kinds[kind].command(config);
}

const char *question_setting(enum question_kind kind)
{
    return kinds[kind].setting;
}

int64_t question_time_ms(enum question_kind kind, const struct config *config)
{
    return kinds[kind].time_ms(config);
}

bool question_keeps(enum question_kind kind, const struct config *config)
{
    return kinds[kind].spoken && config->attestation.environment_command_keep;
}

size_t question_output_max(enum question_kind kind, const struct config *config)
{
    return kinds[kind].spoken ? 2 * (size_t)config->server.claim_body_max_bytes + LINE_EXTRA_BYTES
                              : LINE_EXTRA_BYTES;
}

bool question_is_spoken(enum question_kind kind)
{
    return kinds[kind].spoken;
}

/* The words one behind the other, each with its NUL, which a buffer keeps where it was. */
static size_t write_words(const struct question *question, const char *command, struct buf *text)
{
    struct buf word;
    size_t count = 0;

    for (command += strspn(command, BLANKS); *command != '\0'; command += strspn(command, BLANKS)) {
        size_t length = strcspn(command, BLANKS);

        buf_init(&word, length);
        buf_append(&word, command, length);
        if (word.failed)
            text->failed = true;
        else
            kinds[question->kind].fill_in(question, word.data, text);
        buf_append(text, "", 1);
        buf_free(&word);
        command += length;
        count++;
    }
    return count;
}

bool question_make_words(const struct question *question, const struct config *config,
                         struct question_words *words)
{
    const char *word;
    size_t count;

    buf_init(&words->text, WORDS_MAX_BYTES);
    count = write_words(question, question_command(question->kind, config), &words->text);
    if (words->text.failed || count == 0 || count > QUESTION_WORDS_MAX)
        return false;
    word = words->text.data;
    for (size_t i = 0; i < count; i++) {
        words->list[i] = word;
        word += strlen(word) + 1;
    }
    words->list[count] = NULL;
    return true;
}

void question_free_words(struct question_words *words)
{
    buf_free(&words->text);
}

void question_line(const struct question *question, const char *id, struct buf *line)
{
    kinds[question->kind].line(question, id, line);
}

bool question_read(const struct question *question, const char *id, const struct buf *output,
                   struct buf *answer)
{
    return kinds[question->kind].read(id, output, answer) && !answer->failed;
}

static void add_part(crypto_generichash_state *state, const char *text)
{
    crypto_generichash_update(state, (const unsigned char *)text, strlen(text) + 1);
}

bool question_is_constant(const struct question *question, const struct config *config,
                          unsigned char key[QUESTION_KEY_BYTES])
{
    crypto_generichash_state state;

    if (!kinds[question->kind].constant)
        return false;
    crypto_generichash_init(&state, NULL, 0, QUESTION_KEY_BYTES);
    add_part(&state, question_command(question->kind, config));
    for (int i = 0; i < QUESTION_PARTS; i++)
        add_part(&state, question->part[i]);
    crypto_generichash_final(&state, key, QUESTION_KEY_BYTES);
    return true;
}
