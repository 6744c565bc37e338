/* A loop around poll(2). In each turn it gives the questions that wait to programs that are free or may be
 * started, moves what can be moved without waiting, and looks at what has come to its end. */
#include "programs/desk.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/ring_cache.h"
#include "programs/asked.h"
#include "programs/program.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define QUESTIONS_MAX                       1024
#define ANSWERS_KEPT                        64
#define ANSWER_KEPT_BYTES                   256
#define DYING_POLL_MS                       50
#define END_MS                              1000
#define EXTRA_BYTES                         65536
#define DESCRIPTORS_AT_ONCE(asked, running) (1 + (asked) + (running)*PROGRAM_DESCRIPTORS)

/* Answers to questions that have the same answer always. */
struct kept_answer {
    char text[ANSWER_KEPT_BYTES];
};
RING_CACHE(answers, ANSWERS_KEPT, struct kept_answer);

struct running {
    struct running *next;
    struct program program;
    struct asked *asked; /* NULL: a kept one that rests, or one that is over */
    bool over;           /* killed, but the kernel does not let go of it yet */
    bool gone;
};

struct desk {
    const struct config *config;
    int door; /* -1: none, or closed */
    struct asked *asked;
    struct running *running;
    size_t asked_count, running_count;
    struct pollfd *descriptors;
    size_t descriptor_count;
};

struct desk *desk_create(const struct config *config, int door)
{
    struct desk *desk = calloc(1, sizeof(*desk));

    if (desk == NULL)
        return NULL;
    desk->config = config;
    desk->door = door;
    return desk;
}

static void add_asked(struct desk *desk, struct asked *asked)
{
    struct asked **place = &desk->asked;

    while (*place != NULL)
        place = &(*place)->next;
    *place = asked;
    desk->asked_count++;
}

static void end(struct running *running)
{
    running->asked = NULL;
    running->over = true;
    running->gone = program_end(&running->program);
}

/* What the operator has to know about one of the programs. */
static void tell(const struct desk *desk, enum question_kind kind, const char *wrong)
{
    log_event(LOG_LEVEL_ERROR, "[attestation] %s: the program %.*s %s", question_setting(kind),
              (int)strcspn(question_command(kind, desk->config), " \t"), question_command(kind, desk->config),
              wrong);
}

/* A kept program that rests; else a new one, where one more may run. NULL: neither, now; *failed: or ever. */
static struct running *find_program(struct desk *desk, const struct question *question, bool *failed)
{
    struct running *running;
    int64_t count = 0;

    *failed = false;
    for (running = desk->running; running != NULL; running = running->next) {
        if (running->program.kind != question->kind)
            continue;
        if (running->program.kept && running->asked == NULL && !running->over)
            return running;
        count++;
    }
    /* rule: programs.at_once */
    if (count >= desk->config->attestation.programs_at_once)
        return NULL;
    running = calloc(1, sizeof(*running));
    if (running == NULL || !program_start(&running->program, question, desk->config)) {
        free(running);
        *failed = true;
        return NULL;
    }
    running->next = desk->running;
    desk->running = running;
    desk->running_count++;
    return running;
}

static bool answer_from_memory(const struct desk *desk, struct asked *asked)
{
    unsigned char key[RING_CACHE_KEY_BYTES];
    const struct kept_answer *known;
    struct buf answer;

    if (!question_is_constant(&asked->question, desk->config, key))
        return false;
    known = ring_cache_find(&answers, key, 0);
    if (known == NULL)
        return false;
    buf_init(&answer, sizeof(known->text));
    buf_puts(&answer, known->text);
    asked_answer(asked, &answer);
    buf_free(&answer);
    return true;
}

static void remember(const struct desk *desk, const struct question *question, const struct buf *answer)
{
    unsigned char key[RING_CACHE_KEY_BYTES];
    struct kept_answer *kept;

    if (answer->length >= ANSWER_KEPT_BYTES || !question_is_constant(question, desk->config, key))
        return;
    kept = ring_cache_put(&answers, key, INT64_MAX);
    memcpy(kept->text, answer->data, answer->length);
}

static void distribute(struct desk *desk)
{
    for (struct asked *asked = desk->asked; asked != NULL; asked = asked->next) {
        struct running *running;
        bool failed;

        if (asked->state != ASKED_WAITING || answer_from_memory(desk, asked))
            continue;
        running = find_program(desk, &asked->question, &failed);
        if (failed) {
            tell(desk, asked->question.kind, "could not be started");
            asked_answer(asked, NULL);
        }
        if (running == NULL)
            continue;
        running->asked = asked;
        asked->state = ASKED_WORKED_ON;
        program_ask(&running->program, &asked->question, desk->config);
    }
}

/* The program has said something: is it an answer? */
static void hand_over(struct desk *desk, struct running *running)
{
    struct program *program = &running->program;
    struct asked *asked = running->asked;
    struct buf answer;
    bool right;

    buf_init(&answer, program->output_max);
    right = question_read(&asked->question, program->id, &program->output, &answer);
    if (right)
        remember(desk, &asked->question, &answer);
    else
        tell(desk, program->kind, "printed what is no answer");
    asked_answer(asked, right ? &answer : NULL);
    buf_free(&answer);
    running->asked = NULL;
    /* rule: programs.distrust */
    if (program->kept && right)
        program_rest(program);
    else
        end(running);
}

static void turn_program(struct desk *desk, struct running *running, const struct pollfd *descriptors,
                         int64_t now_ms)
{
    struct asked *asked = running->asked;
    enum program_state state;

    if (running->over) {
        running->gone = child_is_gone(&running->program.child);
        return;
    }
    if (asked != NULL && asked->state == ASKED_DONE) { /* nobody waits for it any more */
        end(running);
        return;
    }
    state = program_turn(&running->program, descriptors, now_ms);
    if (state == PROGRAM_DONE)
        hand_over(desk, running);
    else if (state == PROGRAM_WRONG) {
        tell(desk, running->program.kind, running->program.wrong);
        if (asked != NULL)
            asked_answer(asked, NULL);
        end(running);
    }
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When something is to be done even if no descriptor is ready. */
static int64_t next_moment(const struct desk *desk)
{
    int64_t next_ms = INT64_MAX;

    for (const struct asked *asked = desk->asked; asked != NULL; asked = asked->next) {
        if (asked->state == ASKED_DONE)
            return 0;
        if (asked->state != ASKED_WORKED_ON)
            next_ms = earlier(next_ms, asked->question.deadline_ms);
    }
    for (const struct running *running = desk->running; running != NULL; running = running->next) {
        if (running->over)
            next_ms = earlier(next_ms, clock_monotonic_ms() + DYING_POLL_MS);
        else if (running->asked != NULL)
            next_ms = earlier(next_ms, running->program.deadline_ms);
    }
    return next_ms;
}

/* Descriptors in this order: the door, each question's, each program's. False: no memory. */
static bool watch(struct desk *desk)
{
    size_t wanted = DESCRIPTORS_AT_ONCE(desk->asked_count, desk->running_count), at = 0;

    if (wanted > desk->descriptor_count) {
        struct pollfd *descriptors = realloc(desk->descriptors, wanted * sizeof(*descriptors));

        if (descriptors == NULL)
            return false;
        desk->descriptors = descriptors;
        desk->descriptor_count = wanted;
    }
    desk->descriptors[at++] =
        (struct pollfd){ .fd = desk->asked_count < QUESTIONS_MAX ? desk->door : -1, .events = POLLIN };
    for (const struct asked *asked = desk->asked; asked != NULL; asked = asked->next)
        desk->descriptors[at++] = asked_watch(asked);
    for (const struct running *running = desk->running; running != NULL; running = running->next) {
        program_watch(&running->program, &desk->descriptors[at]);
        at += PROGRAM_DESCRIPTORS;
    }
    /* For want of memory, or under a lowered limit: it would fail at once again. */
    if (poll(desk->descriptors, at, clock_remaining_ms(next_moment(desk))) < 0 && errno != EINTR)
        clock_sleep_ms(DYING_POLL_MS);
    return true;
}

static void open_door(struct desk *desk)
{
    size_t bytes_max = 2 * (size_t)desk->config->server.claim_body_max_bytes + EXTRA_BYTES;
    bool closed = false;
    struct asked *asked = asked_take(desk->door, bytes_max, &closed);

    if (asked != NULL)
        add_asked(desk, asked);
    if (closed)
        desk->door = -1;
}

/* Forgets what is over. */
static void sweep(struct desk *desk)
{
    for (struct running **place = &desk->running; *place != NULL;) {
        struct running *running = *place;

        if (!running->gone) {
            place = &running->next;
            continue;
        }
        *place = running->next;
        desk->running_count--;
        free(running);
    }
    for (struct asked **place = &desk->asked; *place != NULL;) {
        struct asked *asked = *place;

        if (asked->state != ASKED_DONE || asked->stream < 0) {
            place = &asked->next;
            continue;
        }
        *place = asked->next;
        desk->asked_count--;
        asked_free(asked);
    }
}

static bool turn(struct desk *desk)
{
    const struct pollfd *descriptor;
    bool knocked;
    int64_t now_ms;

    distribute(desk);
    if (!watch(desk))
        return false;
    now_ms = clock_monotonic_ms();
    descriptor = desk->descriptors;
    knocked = descriptor->fd >= 0 && descriptor->revents != 0;
    descriptor++;
    for (struct asked *asked = desk->asked; asked != NULL; asked = asked->next)
        asked_turn(asked, descriptor++, now_ms);
    for (struct running *running = desk->running; running != NULL; running = running->next) {
        turn_program(desk, running, descriptor, now_ms);
        descriptor += PROGRAM_DESCRIPTORS;
    }
    sweep(desk);
    if (knocked)
        open_door(desk);
    return true;
}

void desk_serve(struct desk *desk)
{
    while (desk->door >= 0 || desk->asked != NULL) {
        if (!turn(desk)) {
            log_event(LOG_LEVEL_ERROR, "there is no memory to serve more questions to programs");
            return;
        }
    }
}

bool desk_answer(struct desk *desk, const struct question *question, struct buf *answer)
{
    struct asked *asked = asked_make(question);

    if (asked == NULL)
        return false;
    add_asked(desk, asked);
    while (asked->state != ASKED_DONE) {
        if (!turn(desk))
            return false;
    }
    buf_append(answer, asked->out.data, asked->out.length);
    return asked->answered && !answer->failed;
}

void desk_free(struct desk *desk)
{
    int64_t deadline_ms = clock_monotonic_ms() + END_MS;

    if (desk == NULL)
        return;
    for (struct running *running = desk->running; running != NULL; running = running->next) {
        if (!running->over)
            end(running);
        while (!running->gone && clock_pause(1, deadline_ms))
            running->gone = child_is_gone(&running->program.child);
        running->gone = true;
    }
    sweep(desk);
    while (desk->asked != NULL) {
        struct asked *asked = desk->asked;

        desk->asked = asked->next;
        asked_free(asked);
    }
    free(desk->descriptors);
    free(desk);
}
