/* rigger-miner: the reference client. Arguments, nothing else; what it does is in client/. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "client/load.h"
#include "core/log.h"
#include "core/option.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

#define EXIT_USAGE       2
#define EXIT_INTERRUPTED 130
#define ARENA_BYTES      ((size_t)64 << 20)
#define COUNT_MAX        100000000

static const char help[] =
    "Usage: rigger-miner --url BASE --chute ID --gpu UUID --host ADDRESS [--port N] [OPTION …]\n"
    "       rigger-miner --url BASE --lives FILE --count N --concurrency C [OPTION …]\n"
    "Plays the miner and the pod through whole lives of instances: token, claim, solve, verify, activate,\n"
    "token_check, delete.\n"
    "\n"
    "  --url BASE          the service, https://…\n"
    "  --cacert FILE       PEM certificates to trust instead of the system's\n"
    "  --seed HEX          the hotkey's seed; rather --seed-file FILE (- for standard input) or "
    "$RIGGER_SEED\n"
    "  --chute ID          the chute to launch\n"
    "  --gpu UUID          a GPU of the pod; repeat it for more\n"
    "  --host ADDRESS      where the pod claims to live\n"
    "  --port N            external port of the pod's port 8000; the next one is for 8001 (20000)\n"
    "  --job ID            the job to run; the host must be the one that the request comes from\n"
    "  --job-port P:I:E    a port that the job declares: tcp, udp or http, internal, external; repeat it for "
    "more\n"
    "  --lives FILE        a line for each life that runs at once: seed, chute, gpu[,gpu …], host, port, "
    "with tabs\n"
    "                      between them (- for standard input)\n"
    "  --count N           lives in all (as many as run at once)\n"
    "  --concurrency C     lives at once (1)\n"
    "  --threads N         threads that solve one challenge (all processors; 1 where lives run at once)\n"
    "  --step NAME         stop after that step\n"
    "  --keep              leave the instance: no delete\n"
    "  --bad WHAT          cheat, to see it refused: answer, padding or proof\n"
    "  --json              one JSON line for each step, and one for the table\n"
    "  --quiet             only failures and the table\n"
    "  --help, --version\n"
    "\n"
    "Exit status: 0 all lives ended well, 1 one failed, 2 wrong arguments, 130 interrupted. See "
    "rigger-miner(1).\n";

enum {
    OPTION_FIRST = 256,
    URL,
    CACERT,
    SEED,
    SEED_FILE,
    CHUTE,
    GPU,
    HOST,
    PORT,
    JOB,
    JOB_PORT,
    LIVES,
    COUNT,
    CONCURRENCY,
    THREADS,
    STEP,
    KEEP,
    BAD,
    JSON,
    QUIET,
    OPTION_HELP,
    OPTION_VERSION
};

static const struct option long_options[] = {
    { "url", required_argument, NULL, URL },
    { "cacert", required_argument, NULL, CACERT },
    { "seed", required_argument, NULL, SEED },
    { "seed-file", required_argument, NULL, SEED_FILE },
    { "chute", required_argument, NULL, CHUTE },
    { "gpu", required_argument, NULL, GPU },
    { "host", required_argument, NULL, HOST },
    { "port", required_argument, NULL, PORT },
    { "job", required_argument, NULL, JOB },
    { "job-port", required_argument, NULL, JOB_PORT },
    { "lives", required_argument, NULL, LIVES },
    { "count", required_argument, NULL, COUNT },
    { "concurrency", required_argument, NULL, CONCURRENCY },
    { "threads", required_argument, NULL, THREADS },
    { "step", required_argument, NULL, STEP },
    { "keep", no_argument, NULL, KEEP },
    { "bad", required_argument, NULL, BAD },
    { "json", no_argument, NULL, JSON },
    { "quiet", no_argument, NULL, QUIET },
    { "help", no_argument, NULL, OPTION_HELP },
    { "version", no_argument, NULL, OPTION_VERSION },
    { 0 },
};

struct arguments {
    struct plan plan;
    struct slot slot; /* of the single life */
    bool has_seed, json, quiet;
    const char *lives_file;
    size_t count, concurrency; /* 0: not given */
};

/* What was done instead of running, or found wrong. */
static int refuse(const char *what, const char *error)
{
    fprintf(stderr, "rigger-miner: %s: %s\nTry rigger-miner --help.\n", what, error);
    return EXIT_USAGE;
}

static const char *set_number(size_t *number, const char *text, size_t max)
{
    unsigned long long value;
    char *end;

    errno = 0;
    value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value < 1 || value > max)
        return "not a number in range";
    *number = (size_t)value;
    return NULL;
}

static const char *set_url(struct plan *plan, char *url)
{
    size_t length = strlen(url);

    if (strncmp(url, "https://", strlen("https://")) != 0)
        return "must begin with https://";
    while (length > 0 && url[length - 1] == '/')
        url[--length] = '\0';
    plan->url = url;
    return NULL;
}

static const char *set_threads(struct plan *plan, const char *text)
{
    size_t threads = 0;
    const char *error = set_number(&threads, text, MATMUL_PROVER_THREADS_MAX);

    plan->threads = (unsigned)threads;
    return error;
}

static const char *set_step(struct plan *plan, const char *name)
{
    plan->last_step = life_step_find(name);
    return plan->last_step < LIFE_STEP_COUNT ? NULL : "no such step";
}

static const char *set_cheat(struct plan *plan, const char *name)
{
    static const char *const names[] = {
        [CHEAT_ANSWER] = "answer",
        [CHEAT_PADDING] = "padding",
        [CHEAT_PROOF] = "proof",
    };

    for (size_t i = CHEAT_ANSWER; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], name) == 0) {
            plan->cheat = (enum cheat)i;
            return NULL;
        }
    }
    return "must be answer, padding or proof";
}

/* A seed from the command line or the environment, which it wipes there. */
static const char *set_seed(struct arguments *arguments, char *text)
{
    const char *error = slot_set_seed(&arguments->slot, text);

    sodium_memzero(text, strlen(text));
    arguments->has_seed = true;
    return error;
}

static FILE *open_input(const char *path)
{
    return strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
}

static const char *read_seed(struct arguments *arguments, const char *path)
{
    char line[2 * SLOT_SEED_BYTES + 2] = "";
    FILE *file = open_input(path);
    const char *error = "cannot be read";

    if (file == NULL)
        return strerror(errno);
    if (fgets(line, sizeof(line), file) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        error = set_seed(arguments, line);
    }
    sodium_memzero(line, sizeof(line));
    fclose(file);
    return error;
}

/* One option. NULL, or what is wrong with its value. */
static const char *take(struct arguments *arguments, int option, char *value)
{
    struct plan *plan = &arguments->plan;

    switch (option) {
    case URL:
        return set_url(plan, value);
    case CACERT:
        plan->ca_file = value;
        return access(value, R_OK) == 0 ? NULL : strerror(errno);
    case SEED:
        return set_seed(arguments, value);
    case SEED_FILE:
        return read_seed(arguments, value);
    case CHUTE:
        return slot_set_chute(&arguments->slot, value);
    case GPU:
        return slot_add_gpu(&arguments->slot, value);
    case HOST:
        return slot_set_host(&arguments->slot, value);
    case PORT:
        return slot_set_port(&arguments->slot, value);
    case JOB:
        return slot_set_job(&arguments->slot, value);
    case JOB_PORT:
        return slot_add_job_port(&arguments->slot, value);
    case LIVES:
        arguments->lives_file = value;
        return NULL;
    case COUNT:
        return set_number(&arguments->count, value, COUNT_MAX);
    case CONCURRENCY:
        return set_number(&arguments->concurrency, value, LOAD_CONCURRENCY_MAX);
    case THREADS:
        return set_threads(plan, value);
    case STEP:
        return set_step(plan, value);
    case BAD:
        return set_cheat(plan, value);
    case KEEP:
        plan->keep = true;
        return NULL;
    case JSON:
        arguments->json = true;
        return NULL;
    default:
        arguments->quiet = true;
        return NULL;
    }
}

/* What was not given. NULL, or what cannot be done without. */
static const char *complete(struct arguments *arguments)
{
    const struct slot *slot = &arguments->slot;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    char *seed = getenv("RIGGER_SEED");

    if (arguments->concurrency == 0)
        arguments->concurrency = 1;
    if (arguments->count == 0)
        arguments->count = arguments->concurrency;
    if (arguments->plan.threads == 0)
        arguments->plan.threads = arguments->concurrency > 1 || processors < 1 ? 1 : (unsigned)processors;
    if (arguments->plan.threads > MATMUL_PROVER_THREADS_MAX)
        arguments->plan.threads = MATMUL_PROVER_THREADS_MAX;
    if (arguments->plan.url == NULL)
        return "--url is missing";
    if (arguments->lives_file != NULL)
        return NULL;
    if (arguments->concurrency > 1)
        return "more than one life at once needs --lives";
    if (!arguments->has_seed && seed != NULL) {
        if (set_seed(arguments, seed) != NULL)
            return "RIGGER_SEED must be 64 hex digits";
    }
    if (!arguments->has_seed || slot->chute == NULL || slot->gpu_count == 0 || slot->host == NULL)
        return "a life needs a seed, --chute, --gpu and --host";
    return NULL;
}

/* The slots in locked memory, one for each life at once. NULL with *error set: they cannot be had. */
static struct slot *make_slots(const struct arguments *arguments, struct arena *arena, const char **error)
{
    struct slot *slots = sodium_allocarray(arguments->concurrency, sizeof(*slots));
    FILE *file;

    *error = slots == NULL ? "no memory" : NULL;
    if (slots != NULL && arguments->lives_file == NULL) {
        slots[0] = arguments->slot;
    } else if (slots != NULL) {
        file = open_input(arguments->lives_file);
        *error = file == NULL ? strerror(errno) : slots_read(file, arena, slots, arguments->concurrency);
        if (file != NULL)
            fclose(file);
    }
    if (*error != NULL) {
        sodium_free(slots);
        return NULL;
    }
    return slots;
}

static int run(struct arguments *arguments)
{
    static const int statuses[] = {
        [LOAD_WELL] = EXIT_SUCCESS,
        [LOAD_FAILED] = EXIT_FAILURE,
        [LOAD_INTERRUPTED] = EXIT_INTERRUPTED,
    };
    struct arena *arena = arena_create(ARENA_BYTES);
    enum load_result result;
    struct report report;
    const char *error;
    struct slot *slots = make_slots(arguments, arena, &error);
    int status;

    if (slots != NULL) {
        report_begin(&report, arguments->json, arguments->quiet, arguments->count > 1);
        result = load_run(&arguments->plan, slots, arguments->count, arguments->concurrency, &report);
        status = statuses[result];
    } else {
        status = refuse(arguments->lives_file != NULL ? arguments->lives_file : "the life", error);
    }
    sodium_free(slots);
    arena_free(arena);
    return status;
}

int main(int argc, char **argv)
{
    struct arguments arguments = { .plan.last_step = LIFE_STEP_COUNT - 1, .slot.port = 20000 };
    const char *error;
    int option, index = 0, status;

    log_configure(LOG_LEVEL_WARNING, "miner");
    if (sodium_init() < 0)
        return EXIT_FAILURE;
    while ((option = option_next("rigger-miner", argc, argv, "", long_options, &index)) != -1) {
        if (option == OPTION_HELP || option == OPTION_VERSION) {
            fputs(option == OPTION_HELP ? help : "rigger-miner " PACKAGE_VERSION "\n", stdout);
            return EXIT_SUCCESS;
        }
        if (option < OPTION_FIRST) {
            fputs("Try rigger-miner --help.\n", stderr);
            return EXIT_USAGE;
        }
        error = take(&arguments, option, optarg);
        if (error != NULL)
            return refuse(long_options[index].name, error);
    }
    error = optind < argc ? "there are no arguments but options" : complete(&arguments);
    status = error != NULL ? refuse("arguments", error) : run(&arguments);
    sodium_memzero(&arguments.slot, sizeof(arguments.slot));
    return status;
}
