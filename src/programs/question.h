/* What is asked of a program of the operator's, how it is told to the program, and what counts as an answer
 * (docs/attestation.md, "Programs of the operator"). One row of a table for each kind. Used by the desk,
 * which runs the programs, and by the providers in attest/, which ask. */
#ifndef RIGGER_PROGRAMS_QUESTION_H
#define RIGGER_PROGRAMS_QUESTION_H

#include "config/config.h"
#include "core/attributes.h"
#include "core/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUESTION_PARTS     4
#define QUESTION_WORDS_MAX 32
#define QUESTION_ID_BYTES  33 /* 32 hex digits and NUL */
#define QUESTION_KEY_BYTES 32

enum question_kind { QUESTION_ENVIRONMENT, QUESTION_FILESYSTEM, QUESTION_KIND_COUNT };

/* The parts of each kind. */
enum { ENVIRONMENT_ENV, ENVIRONMENT_CODE, ENVIRONMENT_KEY };
enum { FILESYSTEM_IMAGE_ID, FILESYSTEM_PATCH_VERSION, FILESYSTEM_SALT, FILESYSTEM_FILENAME };

struct question_words {
    const char *list[QUESTION_WORDS_MAX + 1]; /* ends with NULL */
    struct buf text;
};

struct question {
    enum question_kind kind;
    const char *part[QUESTION_PARTS]; /* those behind the kind's last are "" */
    int64_t deadline_ms;              /* on clock_monotonic_ms: nobody waits for longer */
};

/* The setting that says what to run, and its name; how long one question may take, in milliseconds; whether
 * the program is kept running; the most bytes that it may print. */
const char *question_command(enum question_kind kind, const struct config *config);
const char *question_setting(enum question_kind kind);
int64_t question_time_ms(enum question_kind kind, const struct config *config);
bool question_keeps(enum question_kind kind, const struct config *config);
size_t question_output_max(enum question_kind kind, const struct config *config);

/* True if the program reads its questions from standard input. */
bool question_is_spoken(enum question_kind kind);

/* The words of the command, with what stands for the question filled in. False: there is no memory, or they
 * are too many. question_free_words in any case. */
bool question_make_words(const struct question *question, const struct config *config,
                         struct question_words *words) MUST_CHECK;
void question_free_words(struct question_words *words);

/* Appends the line that the program reads, with its end; nothing where it reads none. id: what its answer has
 * to repeat. */
void question_line(const struct question *question, const char *id, struct buf *line);

/* Appends the answer that stands in what the program printed. False: it is none. */
bool question_read(const struct question *question, const char *id, const struct buf *output,
                   struct buf *answer) MUST_CHECK;

/* True if the same question always has the same answer; key: a digest of question and command. */
bool question_is_constant(const struct question *question, const struct config *config,
                          unsigned char key[QUESTION_KEY_BYTES]) MUST_CHECK;

#endif
