/* The table of checks. A check is a row: at which moment, with which provider, for which SDKs, and what runs.
 * What the checks look into is in src/attest; here is what they are given of a launch. */
#include "launch/checks.h"

#include "attest/environment.h"
#include "attest/filesystem.h"
#include "attest/ports.h"
#include "core/encode.h"
#include "core/log.h"
#include "crypto/aes.h"
#include "launch/challenge.h"
#include "json/json.h"

#include <sodium.h>
#include <string.h>

static bool has_environment(const struct config *config)
{
    /* rule: launch.environment */
    return config->attestation.environment != ENVIRONMENT_NONE;
}

static bool has_filesystem(const struct config *config)
{
    /* rule: launch.filesystem */
    return config->attestation.filesystem != FILESYSTEM_NONE;
}

static bool sends_digest_with_claim(const struct launch *launch)
{
    /* rule: launch.digest_moment */
    return launch->digest_with_claim;
}

static bool sends_digest_with_attempt(const struct launch *launch)
{
    return !sends_digest_with_claim(launch);
}

static bool has_job(const struct launch *launch)
{
    return launch->probe_ports != NULL;
}

static enum status check_environment(const struct launch *launch, enum refusal *failure)
{
    const struct environment_claim claim = {
        .env = json_get_text(launch->body, "env"),
        .code = json_get_text(launch->body, "code"),
        .env_key = launch->env_key,
        .ref_str = launch->ref_str,
        .hotkey = launch->hotkey,
        .chute_code = launch->code,
        .graval_seed = launch->seed_in_command ? launch->seed : NULL,
        .rules = launch->environment_rules,
    };

    return environment_check(launch->config, launch->arena, &claim, launch->deadline_ms, failure);
}

/* The digest is salted with what only this launch has. */
static enum status check_digest(const struct launch *launch, const char *salt, enum refusal *failure)
{
    const struct filesystem_question question = {
        .image_id = launch->image_id,
        .patch_version = launch->patch_version != NULL ? launch->patch_version : "",
        .salt = salt,
        .filename = launch->filename,
    };

    return filesystem_check(launch->config, launch->arena, &question, json_get_text(launch->body, "fsv"),
                            launch->deadline_ms, failure);
}

static enum status check_filesystem_of_claim(const struct launch *launch, enum refusal *failure)
{
    return check_digest(launch, launch->config_id, failure);
}

static enum status check_filesystem_of_attempt(const struct launch *launch, enum refusal *failure)
{
    return check_digest(launch, launch->seed, failure);
}

static enum status check_answer(const struct launch *launch, enum refusal *failure)
{
    /* rule: launch.answer */
    if (!challenge_is_answered(launch))
        *failure = REFUSAL_ANSWER_WRONG;
    return STATUS_OK;
}

/* The proof's work for the challenged GPU. */
static struct proof_work work_of(const struct launch *launch)
{
    json_object *proof = json_object_object_get(launch->body, "proof"), *entry = NULL;
    struct proof_work work = { .sent = false };

    work.sent = json_object_object_get_ex(proof, launch->gpu.uuid, &entry) &&
                json_object_is_type(entry, json_type_object) &&
                json_object_object_get_ex(entry, "work_product", &work.product);
    return work;
}

static enum status check_proof(const struct launch *launch, enum refusal *failure)
{
    const struct proof_context context = { .config = launch->config,
                                           .arena = launch->arena,
                                           .deadline_ms = launch->deadline_ms };
    const struct proof_work work = work_of(launch);
    enum status status = STATUS_UNAVAILABLE;
    bool valid = false;

    if (launch->algorithm != NULL)
        status = launch->algorithm->check(&context, &launch->gpu, &launch->challenge, &work, &valid);
    /* rule: launch.proof */
    if (status == STATUS_OK && !valid)
        *failure = REFUSAL_PROOF_WRONG;
    return status;
}

/* The ports of a job, at the address that was vetted with the claim. */
static enum status check_ports(const struct launch *launch, enum refusal *failure)
{
    json_object *mappings = json_parse_own(launch->probe_ports);
    unsigned char key[AES128_KEY_BYTES];
    enum ports_verdict verdict = PORTS_WRONG;

    if (mappings == NULL)
        return STATUS_UNAVAILABLE;
    json_defer(launch->arena, mappings);
    if (launch->address != NULL &&
        hex_decode(key, sizeof(key), launch->symmetric_key, strlen(launch->symmetric_key)))
        verdict = ports_answer(launch->address, mappings, key, launch->deadline_ms);
    sodium_memzero(key, sizeof(key));
    /* rule: launch.ports */
    if (verdict == PORTS_WRONG)
        *failure = REFUSAL_PORTS_SILENT;
    return verdict == PORTS_UNASKED ? STATUS_UNAVAILABLE : STATUS_OK;
}

/* configured, applies: NULL is always. */
static const struct check {
    const char *name;
    enum launch_moment moment;
    bool (*configured)(const struct config *config);
    bool (*applies)(const struct launch *launch);
    enum status (*run)(const struct launch *launch, enum refusal *failure);
} checks[] = {
    { "environment", LAUNCH_CLAIM, has_environment, NULL, check_environment },
    { "filesystem", LAUNCH_CLAIM, has_filesystem, sends_digest_with_claim, check_filesystem_of_claim },
    { "answer", LAUNCH_ATTEMPT, NULL, NULL, check_answer },
    { "proof of work", LAUNCH_ATTEMPT, NULL, NULL, check_proof },
    { "filesystem", LAUNCH_ATTEMPT, has_filesystem, sends_digest_with_attempt, check_filesystem_of_attempt },
    { "ports", LAUNCH_ATTEMPT, NULL, has_job, check_ports },
};

#define CHECK_COUNT (sizeof(checks) / sizeof(checks[0]))

static bool is_configured(const struct check *check, const struct config *config, enum launch_moment moment)
{
    return check->moment == moment && (check->configured == NULL || check->configured(config));
}

bool checks_are_configured(const struct config *config, enum launch_moment moment)
{
    for (size_t i = 0; i < CHECK_COUNT; i++) {
        if (is_configured(&checks[i], config, moment))
            return true;
    }
    return false;
}

enum status checks_run(const struct launch *launch, enum launch_moment moment, enum refusal *failure)
{
    *failure = REFUSAL_NONE;
    for (size_t i = 0; i < CHECK_COUNT; i++) {
        enum status status;

        if (!is_configured(&checks[i], launch->config, moment) ||
            (checks[i].applies != NULL && !checks[i].applies(launch)))
            continue;
        status = checks[i].run(launch, failure);
        if (status != STATUS_OK)
            log_event(LOG_LEVEL_WARNING, "the check \"%s\" of launch config %s gave no verdict",
                      checks[i].name, launch->config_id);
        /* rule: launch.first_failure */
        if (status != STATUS_OK || *failure != REFUSAL_NONE)
            return status;
    }
    return STATUS_OK;
}
