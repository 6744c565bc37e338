/* The configuration: an ini file, then RIGGER_* environment variables over it, described by one table in
 * config_table.c (section, key, type, default, reloadable, documentation). The same table loads, checks,
 * dumps and documents. There are no defaults for secrets, and a check that nobody chose is an error, never a
 * silent pass. */
#ifndef RIGGER_CONFIG_CONFIG_H
#define RIGGER_CONFIG_CONFIG_H

#include "core/attributes.h"
#include "core/log.h"
#include "core/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CONFIG_DEFAULT_PATH SYSCONFDIR "/rigger/rigger.conf"

/* The providers of the proof of work: constant, and name in the file. attest/proof.h tells what each needs.
 */
#define PROOF_PROVIDERS(PROVIDER)                                                                            \
    PROVIDER(MATMUL, matmul)                                                                                 \
    PROVIDER(GRAVAL, graval)

#define PROOF_CONSTANT(constant, name) PROOF_##constant,
enum proof_provider { PROOF_UNSET, PROOF_PROVIDERS(PROOF_CONSTANT) };
#undef PROOF_CONSTANT
enum environment_provider {
    ENVIRONMENT_UNSET,
    ENVIRONMENT_NONE,
    ENVIRONMENT_COMMAND,
    ENVIRONMENT_OLD_ENV_DUMP
};
enum filesystem_provider { FILESYSTEM_UNSET, FILESYSTEM_NONE, FILESYSTEM_COMMAND };

struct config {
    struct {
        char *fast_socket, *slow_socket; /* paths of the two FastCGI sockets */
        int64_t socket_mode;             /* octal, default 0660 */
        char *socket_group;              /* group that owns the sockets; empty: leave */
        int64_t fast_workers, slow_workers;
        int64_t waiting_workers;                    /* slow workers that may wait beside the pool */
        int64_t fast_deadline_ms, slow_deadline_ms; /* a worker that holds a request longer is killed */
        int64_t io_timeout_ms;                      /* one read or write on the FastCGI connection */
        int64_t head_timeout_ms, body_timeout_ms;   /* until a request's head has come, and its body */
        int64_t drain_ms;                           /* how long SIGTERM waits for requests in flight */
        int64_t worker_requests;                    /* a worker is renewed after so many; 0: never */
        int64_t body_max_bytes, claim_body_max_bytes, worker_memory_mb;
        int64_t address_requests_per_minute, address_burst; /* of one address; 0 a minute: no limit */
        int64_t hotkey_requests_per_minute, hotkey_burst;   /* of one hotkey that is proven */
        char *base_path;       /* prefix taken off REQUEST_URI, e.g. "/api"; empty: none */
        char *trusted_proxies; /* comma-separated addresses and networks whose X-Forwarded-For counts */
        char *metrics_allow;   /* comma-separated networks that may read /metrics */
        enum log_level log_level;
        bool confine;    /* processes give up what they do not need: confine/confine.h */
        bool core_dumps; /* a process that crashes may leave its memory in a file, secrets included */
    } server;
    struct {
        char *dsn; /* libpq connection string or URI; masked when dumped */
        int64_t connect_timeout_s, statement_timeout_ms;
        bool prepared_statements;
        int64_t activation_retry_ms; /* how long activation goes on trying to reach the database */
    } database;
    struct {
        int64_t netuid;
        char *public_url;     /* base of the `url` claim and of activation_url, without a trailing slash */
        char *validator_ss58; /* this validator's hotkey */
        struct secret launch_secret, launch_key; /* one of them; auth/launch_token.h says what each is */
        struct secret ip_check_salt;
        struct secret validator_seed;         /* 64 hex digits, the key of validator_ss58; empty: none */
        struct secret account_encryption_key; /* empty: none */
        bool allow_private_hosts, accept_wrapped_signatures;
        int64_t lookups, lookups_of_hotkey; /* of names of hosts, at once */
        char *own_addresses;                /* comma-separated addresses that no instance may claim */
    } launch;
    struct {
        enum proof_provider proof_of_work;
        enum environment_provider environment;
        enum filesystem_provider filesystem;
        int64_t matmul_n, matmul_rows;
        char *graval_url; /* empty: none */
        int64_t graval_retry_ms;
        int64_t graval_wait_ms;     /* how long a request may wait for GraVal on top of its own deadline */
        int64_t graval_concurrency; /* how many requests of ours GraVal works on at once */
        struct secret old_env_dump_master_key, old_env_dump_salt; /* hex; empty: none */
        char *environment_command, *filesystem_command;           /* empty: none */
        bool environment_command_keep; /* it is kept running and asked line by line */
        int64_t environment_timeout_ms, programs_at_once, program_memory_mb;
        int64_t filesystem_timeout_ms;
    } attestation;
    struct {
        char *redis_url;              /* empty: targets are those of capacity_log */
        struct secret redis_password; /* empty: none */
        int64_t redis_timeout_ms;     /* of one read, connecting included */
    } capacity;
    struct {
        char *redis_url;              /* empty: events are not relayed */
        struct secret redis_password; /* empty: none */
        int64_t relay_interval_ms;
        int64_t keep_hours;
    } events;
    struct {
        int64_t reap_interval_ms;
        int64_t verifiers;
        int64_t verify_interval_ms, verify_retry_ms, verify_timeout_ms, verify_deadline_ms;
    } background;
};

/* One setting: printed by dump-config and in docs/settings.md, parsed and checked by config_load. */
struct setting {
    const char *section, *key;
    enum setting_type {
        SETTING_TEXT,
        SETTING_INTEGER,
        SETTING_BOOLEAN,
        SETTING_OCTAL,
        SETTING_CHOICE,
        SETTING_SECRET, /* struct secret; "@/path" reads the file; always masked */
        SETTING_DSN     /* text, its password masked */
    } type;
    size_t offset;                          /* into struct config */
    const char *default_text;               /* NULL: required */
    int64_t min, max;                       /* of an integer */
    const char *const *choices;             /* of a choice: names by enum value from 1; NULL-terminated */
    const char *former_key;                 /* its name in former versions; NULL: the same */
    const char *former_choice, *choice_now; /* a choice's name in former versions, and today's; NULL: none */
    bool reloadable;                        /* takes effect on SIGHUP; the others need a restart */
    bool of_others; /* a secret that this service cannot choose: a weak one is taken */
    const char *doc;
    const char *(*check)(const char *text); /* what else is wrong with a value; NULL: nothing. May be NULL */
};

extern const struct setting config_settings[];
extern const size_t config_setting_count;

/* Loads path (NULL: $RIGGER_CONFIG, else CONFIG_DEFAULT_PATH if it exists, else the environment alone) and
 * the environment. On failure prints every error to `errors`, one a line, as "file:line: [section] key: what
 * is wrong and what to write instead", and returns NULL. The caller owns the result. */
struct config *config_load(const char *path, FILE *errors) MUST_CHECK;
void config_free(struct config *config);

/* The settings that differ between two configurations and that only a restart can change, one a call: pass
 * NULL first, then what came last. NULL: no more. */
const struct setting *config_next_restart_needed(const struct config *before, const struct config *after,
                                                 const struct setting *last);

/* The weak secrets among those of others (setting.of_others), one a call, as above; `why` becomes what is
 * wrong with it, static text. */
const struct setting *config_next_weak(const struct config *config, const struct setting *last,
                                       const char **why);

/* Prints the whole configuration as an ini file with its documentation; secrets appear as "********". */
void config_dump(const struct config *config, FILE *out);

#endif
