/* Every setting, once. What is not in this table cannot be configured; what it says is what check-config
 * enforces and dump-config and docs/settings.md print.
 *
 * One rule for all secrets: given in the file or the environment, or as "@/path" of a file that holds one; at
 * least SECRET_MIN_BYTES long, and fit by secret_error. Those of others are taken as they are. */
#include "config/config.h"

#include "core/dsn.h"
#include "crypto/ss58.h"
#include "net/address.h"
#include "net/redis.h"

#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#define WHITE    " \t"
#define DAY_MS   86400000
#define HOUR_MS  3600000
#define MEBIBYTE INT64_C(1048576)

#define PROOF_NAME(constant, name) #name,
static const char *const proofs[] = { PROOF_PROVIDERS(PROOF_NAME) NULL };
static const char *const environments[] = { "none", "command", "old_env_dump", NULL };
static const char *const filesystems[] = { "none", "command", NULL };

static const char *check_socket(const char *text)
{
    const struct sockaddr_un *address = NULL;

    if (text[0] != '/' || strlen(text) >= sizeof(address->sun_path))
        return "not a socket's place: write an absolute path of at most 107 bytes";
    return NULL;
}

static const char *check_base_path(const char *text)
{
    size_t length = strlen(text);

    if (length == 0)
        return NULL;
    if (text[0] != '/' || text[length - 1] == '/' || strcspn(text, WHITE "?#") != length)
        return "not a path prefix: leave it empty, or begin with a slash and end without one";
    return NULL;
}

static const char *check_networks(const char *text)
{
    if (!address_list_is_valid(text))
        return "not a list of networks: write addresses and CIDR networks with commas between, as "
               "10.0.0.0/8,::1";
    return NULL;
}

static const char *check_url(const char *text)
{
    size_t length = strlen(text), scheme = 0;

    /* A URL is printed by dump-config; a password has no business in one. */
    /* rule: config.url_password */
    if (strchr(text, '@') != NULL)
        return "not a base URL: it must not carry a user or a password";

    if (strncmp(text, "https://", 8) == 0)
        scheme = 8;
    else if (strncmp(text, "http://", 7) == 0)
        scheme = 7;
    if (scheme == 0 || length == scheme || text[length - 1] == '/' || strcspn(text, WHITE "?#") != length)
        return "not a base URL: write http:// or https://, a host, and no slash at the end";
    return NULL;
}

static const char *check_optional_url(const char *text)
{
    return text[0] == '\0' ? NULL : check_url(text);
}

static const char *check_redis_url(const char *text)
{
    return text[0] == '\0' || redis_url_is_valid(text) ? NULL
                                                       : "not a Redis URL: write redis://host:port/database "
                                                         "or unix:/path; the password is redis_password";
}

static const char *check_ss58(const char *text)
{
    unsigned char key[SS58_KEY_BYTES];
    uint16_t prefix;

    /* rule: config.validator_ss58 */
    if (!ss58_decode(text, &prefix, key) || prefix != SS58_PREFIX_HOTKEY)
        return "not the address of a hotkey: its checksum does not fit; write what riggerctl keygen calls "
               "hotkey, or your wallet ss58_address";
    return NULL;
}

static const char *check_command(const char *text)
{
    return text[0] == '\0' || text[0] == '/' ? NULL
                                             : "not a command: begin with the absolute path of a program";
}

static const char *check_power_of_two(const char *text)
{
    long long value = strtoll(text, NULL, 10);

    return (value & (value - 1)) == 0 ? NULL
                                      : "not a power of two: write 256, 512, 1024, 2048, 4096, 8192 or 16384";
}

#define NAMED(group, name) .section = #group, .key = #name, .offset = offsetof(struct config, group.name)
#define RANGE(low, high)   .type = SETTING_INTEGER, .min = (low), .max = (high)

const struct setting config_settings[] = {
    { NAMED(server, fast_socket), .type = SETTING_TEXT, .default_text = "/run/rigger/fast.sock",
      .check = check_socket, .doc = "FastCGI socket of the requests that need the database alone." },
    { NAMED(server, slow_socket), .type = SETTING_TEXT, .default_text = "/run/rigger/slow.sock",
      .check = check_socket, .doc = "FastCGI socket of claim and verify, which wait for networks." },
    { NAMED(server, socket_mode), .type = SETTING_OCTAL, .min = 0, .max = 0777, .default_text = "0660",
      .doc = "Permissions of both sockets, octal." },
    { NAMED(server, socket_group), .type = SETTING_TEXT, .default_text = "",
      .doc = "Group that owns both sockets, the web server's; empty: the group of the process." },
    { NAMED(server, fast_workers), RANGE(1, 512), .default_text = "4", .doc = "Workers behind fast_socket." },
    { NAMED(server, slow_workers), RANGE(1, 512), .default_text = "8", .doc = "Workers behind slow_socket." },
    { NAMED(server, waiting_workers), RANGE(0, 512), .default_text = "64",
      .doc = "Workers of slow_socket that may wait beside the others when their network takes long." },
    { NAMED(server, fast_deadline_ms), RANGE(100, HOUR_MS), .default_text = "10000", .reloadable = true,
      .doc = "A fast worker that holds a request longer is killed, milliseconds." },
    { NAMED(server, slow_deadline_ms), RANGE(100, HOUR_MS), .default_text = "60000", .reloadable = true,
      .doc = "A slow worker that holds a request longer is killed, milliseconds; waits for GraVal not "
             "counted." },
    { NAMED(server, io_timeout_ms), RANGE(10, HOUR_MS), .default_text = "5000", .reloadable = true,
      .doc = "Limit of one read or write on a FastCGI connection, milliseconds." },
    { NAMED(server, head_timeout_ms), RANGE(10, HOUR_MS), .default_text = "2000", .reloadable = true,
      .doc = "How long after its connection the head of a request may take to come from the web server, "
             "milliseconds." },
    { NAMED(server, body_timeout_ms), RANGE(10, HOUR_MS), .default_text = "5000", .reloadable = true,
      .doc = "How long the body of a request may take to come, milliseconds." },
    { NAMED(server, drain_ms), RANGE(0, HOUR_MS), .default_text = "30000", .reloadable = true,
      .doc = "How long SIGTERM waits for requests in flight, milliseconds." },
    { NAMED(server, worker_requests), RANGE(0, 1000000000), .default_text = "100000", .reloadable = true,
      .doc = "A worker is renewed after so many requests; 0: never." },
    { NAMED(server, body_max_bytes), RANGE(1024, 64 * MEBIBYTE), .default_text = "262144", .reloadable = true,
      .doc = "Largest request body, bytes." },
    { NAMED(server, claim_body_max_bytes), RANGE(1024, 64 * MEBIBYTE), .default_text = "4194304",
      .reloadable = true,
      .doc =
          "Largest body of a claim, which carries code and environment, and of a verification, which carries "
          "proofs, bytes." },
    { NAMED(server, address_requests_per_minute), RANGE(0, 6000000), .default_text = "3000",
      .reloadable = true,
      .doc =
          "Requests of one address (IPv6: of its /64) in a minute, beyond address_burst; 0: no limit. This "
          "machine itself is not counted." },
    { NAMED(server, address_burst), RANGE(1, 100000), .default_text = "200", .reloadable = true,
      .doc = "Requests that one address may send at once." },
    { NAMED(server, hotkey_requests_per_minute), RANGE(0, 6000000), .default_text = "1200",
      .reloadable = true,
      .doc = "Requests of one hotkey in a minute, beyond hotkey_burst, counted once its signature or account "
             "has held; 0: no limit." },
    { NAMED(server, hotkey_burst), RANGE(1, 100000), .default_text = "100", .reloadable = true,
      .doc = "Requests that one hotkey may send at once." },
    { NAMED(server, worker_memory_mb), RANGE(128, 65536), .default_text = "512", .reloadable = true,
      .doc = "Most memory of its own that a worker or a verifier may take, MiB; at least 96 plus eight times "
             "the "
             "largest body." },
    { NAMED(server, base_path), .type = SETTING_TEXT, .default_text = "", .check = check_base_path,
      .reloadable = true, .doc = "Prefix that the web server puts before our paths, as /api; empty: none." },
    { NAMED(server, trusted_proxies), .type = SETTING_TEXT, .default_text = "", .check = check_networks,
      .reloadable = true,
      .doc = "Addresses and networks whose X-Forwarded-For counts; unix: peers on a Unix socket." },
    { NAMED(server, metrics_allow), .type = SETTING_TEXT, .default_text = "127.0.0.0/8,::1/128",
      .check = check_networks, .reloadable = true, .doc = "Addresses and networks that may read /metrics." },
    { NAMED(server, log_level), .type = SETTING_CHOICE, .default_text = "info", .choices = log_level_names,
      .reloadable = true, .doc = "Least level that is logged." },
    { NAMED(server, confine), .type = SETTING_BOOLEAN, .default_text = "true", .reloadable = true,
      .doc = "Whether processes give up the system calls and files that they do not need." },
    { NAMED(server, core_dumps), .type = SETTING_BOOLEAN, .default_text = "false", .reloadable = true,
      .doc = "Whether a crash may leave a core dump and a debugger may attach; a dump holds secrets." },

    { NAMED(database, dsn), .type = SETTING_DSN, .check = dsn_error, .reloadable = true,
      .doc = "Connection string or URI of PostgreSQL, as libpq takes it." },
    { NAMED(database, connect_timeout_s), RANGE(1, 300), .default_text = "3", .reloadable = true,
      .doc = "Limit of one attempt to connect, seconds." },
    { NAMED(database, statement_timeout_ms), RANGE(10, HOUR_MS), .default_text = "5000", .reloadable = true,
      .doc = "How long a statement is waited for before it is cancelled, milliseconds." },
    { NAMED(database, prepared_statements), .type = SETTING_BOOLEAN, .default_text = "true",
      .reloadable = true,
      .doc = "false where a pooler keeps no prepared statements: PgBouncer before 1.21." },
    { NAMED(database, activation_retry_ms), RANGE(0, HOUR_MS), .default_text = "8000", .reloadable = true,
      .doc = "How long activation goes on trying to reach the database, milliseconds." },

    { NAMED(launch, netuid), RANGE(0, 65535), .default_text = "64", .reloadable = true,
      .doc = "Subnet in which a hotkey must be registered." },
    { NAMED(launch, public_url), .type = SETTING_TEXT, .check = check_url, .reloadable = true,
      .doc = "Base URL under which the world reaches this service, without a slash at the end." },
    { NAMED(launch, validator_ss58), .type = SETTING_TEXT, .check = check_ss58, .reloadable = true,
      .doc = "SS58 address of this validator's hotkey." },
    { NAMED(launch, launch_secret), .type = SETTING_SECRET, .default_text = "", .reloadable = true,
      .doc =
          "Secret whose SHA-256 signs launch tokens, at least 16 bytes, or @/path of a file that holds it; "
          "this or launch_key." },
    { NAMED(launch, launch_key), .type = SETTING_SECRET, .default_text = "", .reloadable = true,
      .doc =
          "Key that signs launch tokens, as it is written, or @/path: a Chutes network's LAUNCH_CONFIG_KEY; "
          "this or launch_secret." },
    { NAMED(launch, ip_check_salt), .type = SETTING_SECRET, .reloadable = true,
      .doc = "Salt of token_check, at least 16 bytes, or @/path of a file that holds it; not the secret of "
             "launch tokens." },
    { NAMED(launch, validator_seed), .type = SETTING_SECRET, .default_text = "", .reloadable = true,
      .doc = "Seed of validator_ss58, 64 hex digits with or without 0x, or @/path; without it instances of "
             "old SDKs stay "
             "unverified." },
    { NAMED(launch, account_encryption_key), .type = SETTING_SECRET, .default_text = "", .reloadable = true,
      .of_others = true,
      .doc = "Encryption key of the Chutes accounts, or @/path; user tokens that are salted need it." },
    { NAMED(launch, allow_private_hosts), .type = SETTING_BOOLEAN, .default_text = "false",
      .reloadable = true,
      .doc = "Whether instances may live at private addresses. For a development network." },
    { NAMED(launch, lookups), RANGE(1, 512), .default_text = "32", .reloadable = true,
      .doc = "Names of hosts that may be looked up at once; never more than half of slow_workers and "
             "waiting_workers together." },
    { NAMED(launch, lookups_of_hotkey), RANGE(1, 512), .default_text = "4", .reloadable = true,
      .doc = "How many of them may be of one miner." },
    { NAMED(launch, accept_wrapped_signatures), .type = SETTING_BOOLEAN, .default_text = "false",
      .reloadable = true,
      .doc = "Whether signatures of <Bytes>-wrapped text count, as browser wallets make them." },
    { NAMED(launch, own_addresses), .type = SETTING_TEXT, .default_text = "", .check = check_networks,
      .reloadable = true, .doc = "Addresses and networks of this service, at which no instance may live." },

    { NAMED(attestation, proof_of_work), .type = SETTING_CHOICE, .default_text = "matmul", .choices = proofs,
      .reloadable = true, .doc = "What a pod computes to be verified." },
    { NAMED(attestation, environment), .type = SETTING_CHOICE, .choices = environments,
      .former_choice = "envdump", .choice_now = "old_env_dump", .reloadable = true,
      .doc = "How a pod's environment is checked; none must be written out." },
    { NAMED(attestation, filesystem), .type = SETTING_CHOICE, .choices = filesystems, .reloadable = true,
      .doc = "How a pod's file system is checked; none must be written out." },
    { NAMED(attestation, matmul_n), RANGE(256, 16384), .default_text = "2048", .check = check_power_of_two,
      .reloadable = true, .doc = "Rows of the matrices of matmul, a power of two." },
    { NAMED(attestation, matmul_rows), RANGE(1, 32), .default_text = "16", .reloadable = true,
      .doc =
          "Random rows that the verifier of matmul computes again: with 16, who leaves a quarter out fails "
          "99 times of 100." },
    { NAMED(attestation, graval_url), .type = SETTING_TEXT, .default_text = "", .check = check_optional_url,
      .reloadable = true, .doc = "Base URL of the GraVal service, for proof_of_work = graval." },
    { NAMED(attestation, graval_retry_ms), RANGE(0, HOUR_MS), .default_text = "3000", .reloadable = true,
      .doc = "Pause between the seven tries of a GraVal request, milliseconds." },
    { NAMED(attestation, graval_wait_ms), RANGE(0, HOUR_MS), .default_text = "2118000", .reloadable = true,
      .doc = "How long a claim or a verification may wait for GraVal, its turn and all tries, on top of "
             "slow_deadline_ms, milliseconds. The web server has to wait as long." },
    { NAMED(attestation, graval_concurrency), RANGE(1, 512), .default_text = "1", .reloadable = true,
      .doc = "Requests that GraVal works on at once; the others wait for their turn here." },
    { NAMED(attestation, old_env_dump_master_key), .type = SETTING_SECRET, .default_text = "",
      .former_key = "envdump_master_key", .reloadable = true,
      .doc = "Master key of dumps in the older format in hex, or @/path; for environment = old_env_dump." },
    { NAMED(attestation, old_env_dump_salt), .type = SETTING_SECRET, .default_text = "",
      .former_key = "envdump_salt", .reloadable = true,
      .doc = "Salt of dumps in the older format in hex, or @/path; for environment = old_env_dump." },
    { NAMED(attestation, environment_command), .type = SETTING_TEXT, .default_text = "",
      .check = check_command, .reloadable = true,
      .doc = "Program and words, for environment = command. It reads a question, a line of JSON, and prints "
             "one." },
    { NAMED(attestation, environment_command_keep), .type = SETTING_BOOLEAN, .default_text = "false",
      .reloadable = true,
      .doc = "Whether environment_command is kept running and asked line by line, not started for each "
             "question." },
    { NAMED(attestation, environment_timeout_ms), RANGE(10, HOUR_MS), .default_text = "30000",
      .reloadable = true, .doc = "Limit of one question to environment_command, milliseconds." },
    { NAMED(attestation, filesystem_command), .type = SETTING_TEXT, .default_text = "",
      .check = check_command, .reloadable = true,
      .doc = "Program and words, for filesystem = command; {image_id} {patch_version} {salt} {exclude} "
             "stand for the question. It prints RESULT:<digest>." },
    { NAMED(attestation, filesystem_timeout_ms), RANGE(10, HOUR_MS), .default_text = "30000",
      .reloadable = true, .doc = "Limit of one run of filesystem_command, milliseconds." },
    { NAMED(attestation, programs_at_once), RANGE(1, 64), .default_text = "4", .reloadable = true,
      .doc = "How many of environment_command, and of filesystem_command, may run at once." },
    { NAMED(attestation, program_memory_mb), RANGE(16, 1048576), .default_text = "2048", .reloadable = true,
      .doc = "Most memory of one such program, MiB." },

    { NAMED(capacity, redis_url), .type = SETTING_TEXT, .default_text = "", .check = check_redis_url,
      .reloadable = true,
      .doc = "Redis that holds the targets of chutes, redis://host:port/0 or unix:/path; empty: none, the "
             "capacity log counts." },
    { NAMED(capacity, redis_password), .type = SETTING_SECRET, .default_text = "", .reloadable = true,
      .doc = "Password of that Redis, or @/path; empty: none." },
    { NAMED(capacity, redis_timeout_ms), RANGE(10, 2000), .default_text = "200", .reloadable = true,
      .doc = "Limit of one look at a target, milliseconds; then the capacity log counts." },

    { NAMED(events, redis_url), .type = SETTING_TEXT, .default_text = "", .check = check_redis_url,
      .reloadable = true,
      .doc = "Redis that events are published to, redis://host:port/0 or unix:/path; empty: none." },
    { NAMED(events, redis_password), .type = SETTING_SECRET, .default_text = "", .reloadable = true,
      .of_others = true, .doc = "Password of that Redis, or @/path; empty: none." },
    { NAMED(events, relay_interval_ms), RANGE(10, HOUR_MS), .default_text = "500", .reloadable = true,
      .doc = "How often events to publish, and targets to set in Redis, are looked for, milliseconds." },
    { NAMED(events, keep_hours), RANGE(1, 1000000), .default_text = "168", .reloadable = true,
      .doc = "Events that every consumer has are forgotten after so many hours." },

    { NAMED(background, reap_interval_ms), RANGE(100, DAY_MS), .default_text = "5000", .reloadable = true,
      .doc = "How often what is overdue is looked for, milliseconds." },
    { NAMED(background, verifiers), RANGE(1, 64), .default_text = "2",
      .doc = "Processes that verify instances of old SDKs, each one at a time." },
    { NAMED(background, verify_interval_ms), RANGE(10, DAY_MS), .default_text = "1000", .reloadable = true,
      .doc = "How often an idle verifier looks for work, milliseconds." },
    { NAMED(background, verify_retry_ms), RANGE(0, HOUR_MS), .default_text = "5000", .reloadable = true,
      .doc = "Pause between the three tries of a question to an instance, milliseconds." },
    { NAMED(background, verify_timeout_ms), RANGE(100, HOUR_MS), .default_text = "12000", .reloadable = true,
      .doc = "Limit of one question to an instance, milliseconds." },
    { NAMED(background, verify_deadline_ms), RANGE(1000, HOUR_MS), .default_text = "180000",
      .reloadable = true, .doc = "Limit of one verification, milliseconds; waits for GraVal not counted." },
};

const size_t config_setting_count = sizeof(config_settings) / sizeof(config_settings[0]);
