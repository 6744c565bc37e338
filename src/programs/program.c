/* One turn reads and writes what it can without waiting. Whatever a program does that is not an answer makes
 * it wrong, and a program that is wrong is ended: so no late word of it can be taken for an answer to the
 * next question. */
#include "programs/program.h"

#include "core/clock.h"
#include "core/encode.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_BYTES      16384
#define CHUNKS_AT_A_TIME 64
#define LINE_MAX_BYTES   ((size_t)1 << 29)

enum { INPUT, OUTPUT, END };

bool program_start(struct program *program, const struct question *question, const struct config *config)
{
    struct question_words words;
    bool started;

    *program = (struct program){ .kind = question->kind, .kept = question_keeps(question->kind, config) };
    program->output_max = question_output_max(question->kind, config);
    started = question_make_words(question, config, &words) &&
              child_start(&program->child, words.list, question_is_spoken(question->kind),
                          config->attestation.program_memory_mb << 20);
    question_free_words(&words);
    return started;
}

void program_ask(struct program *program, const struct question *question, const struct config *config)
{
    unsigned char id[QUESTION_ID_BYTES / 2];

    randombytes_buf(id, sizeof(id));
    hex_encode(program->id, id, sizeof(id));
    buf_init(&program->line, LINE_MAX_BYTES);
    buf_init(&program->output, program->output_max);
    question_line(question, program->id, &program->line);
    program->told = 0;
    program->asked = true;
    program->deadline_ms = clock_monotonic_ms() + question_time_ms(question->kind, config);
    if (program->deadline_ms > question->deadline_ms)
        program->deadline_ms = question->deadline_ms;
    if (program->line.failed)
        program->wrong = "could not be asked: there is no memory";
}

void program_rest(struct program *program)
{
    buf_free(&program->line);
    buf_free(&program->output);
    program->asked = false;
}

void program_watch(const struct program *program, struct pollfd descriptors[PROGRAM_DESCRIPTORS])
{
    bool tells = program->asked && program->told < program->line.length;

    descriptors[INPUT] = (struct pollfd){ .fd = tells ? program->child.input : -1, .events = POLLOUT };
    descriptors[OUTPUT] = (struct pollfd){ .fd = program->child.output, .events = POLLIN };
    descriptors[END] = (struct pollfd){ .fd = program->child.handle, .events = POLLIN };
}

/* A program that does not care to read its question may answer all the same. */
static void tell(struct program *program)
{
    while (program->told < program->line.length) {
        ssize_t taken = write(program->child.input, program->line.data + program->told,
                              program->line.length - program->told);

        if (taken < 0 && errno == EINTR)
            continue;
        if (taken < 0 && errno == EAGAIN)
            return;
        if (taken < 0)
            break;
        program->told += (size_t)taken;
    }
    program->told = program->line.length;
    if (!program->kept)
        child_close_input(&program->child);
}

/* Takes what is there. True: there was more than is taken at a time. */
static bool hear(struct program *program)
{
    char chunk[CHUNK_BYTES];

    for (int i = 0; i < CHUNKS_AT_A_TIME; i++) {
        ssize_t got = read(program->child.output, chunk, sizeof(chunk));

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return false;
        if (got <= 0) {
            child_close_output(&program->child);
            return false;
        }
        /* rule: programs.unasked */
        if (!program->asked)
            program->wrong = "spoke without being asked";
        else
            buf_append(&program->output, chunk, (size_t)got);
        /* rule: programs.output */
        if (program->asked && program->output.failed)
            program->wrong = "printed too much";
        if (program->wrong != NULL)
            return false;
    }
    return true;
}

/* A kept program is done with the end of its line. One that is asked once, with its own end. */
static enum program_state judge(struct program *program, bool ended)
{
    const char *end = NULL;
    bool well = false;

    if (program->kept && program->asked)
        end = memchr(program->output.data, '\n', program->output.length);
    /* rule: programs.one_answer */
    if (end != NULL && end != program->output.data + program->output.length - 1)
        program->wrong = "printed more than one line for a question";
    else if (end != NULL)
        return PROGRAM_DONE;
    else if (program->kept && (ended || program->child.output < 0))
        program->wrong = "was to be kept running, and has ended or closed its output";
    else if (ended && child_has_ended(&program->child, &well)) {
        /* rule: programs.status */
        if (well)
            return PROGRAM_DONE;
        program->wrong = "failed";
    }
    return program->wrong != NULL ? PROGRAM_WRONG : PROGRAM_WORKS;
}

enum program_state program_turn(struct program *program, const struct pollfd descriptors[PROGRAM_DESCRIPTORS],
                                int64_t now_ms)
{
    bool ended = descriptors[END].fd >= 0 && descriptors[END].revents != 0, more = false;

    if (descriptors[INPUT].fd >= 0 && descriptors[INPUT].revents != 0)
        tell(program);
    /* What it printed before its end is there, even if descendants of it hold the pipe open. */
    if (program->child.output >= 0 && (ended || descriptors[OUTPUT].revents != 0))
        more = hear(program);
    if (program->wrong != NULL)
        return PROGRAM_WRONG;
    /* rule: programs.time */
    if (program->asked && now_ms >= program->deadline_ms)
        program->wrong = "was not done in time";
    if (program->wrong != NULL)
        return PROGRAM_WRONG;
    return judge(program, ended && !more);
}

bool program_end(struct program *program)
{
    bool gone = child_kill(&program->child);

    if (program->asked)
        program_rest(program);
    return gone;
}
