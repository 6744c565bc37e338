/* Between the calls of the database no transaction is open, for the checks take seconds; the lease keeps
 * other attempts away meanwhile. */
#include "launch/attempt.h"

#include "core/log.h"
#include "launch/checks.h"
#include "json/json.h"

#include <string.h>

bool attempt_result_is(const struct db_begin_verification_out *begun, const char *result)
{
    return begun->result != NULL && strcmp(begun->result, result) == 0;
}

enum status attempt_begin(struct exchange *exchange, const char *attempt_id,
                          struct db_begin_verification_out *begun)
{
    const struct db_begin_verification_in in = {
        .config_id = exchange->path[0],
        .attempt_id = attempt_id,
        .lease_ms =
            db_integer(exchange->config->server.slow_deadline_ms + proof_longest_wait_ms(exchange->config)),
        .well_formed = db_boolean(exchange->invalid == NULL),
    };

    return db_begin_verification(exchange->db, exchange->arena, &in, begun);
}

/* What the provider kept with the challenge; NULL: nothing. */
static json_object *parse_kept(struct arena *arena, const char *text)
{
    struct json_error error;
    json_object *value = text != NULL ? json_parse_strict(text, strlen(text), &error) : NULL;

    json_defer(arena, value);
    return value;
}

enum status attempt_check(struct exchange *exchange, const struct db_begin_verification_out *begun,
                          enum refusal *failure)
{
    const struct proof_algorithm *algorithm = proof_algorithm_of(begun->algorithm);
    uint64_t seed;

    if (!proof_seed_parse(begun->seed, &seed)) {
        log_event(LOG_LEVEL_ERROR,
                  "launch_configs.seed of a challenged launch is no seed: nothing is judged by it");
        return STATUS_UNAVAILABLE;
    }
    exchange_postpone(exchange, proof_wait_ms(algorithm, exchange->config));
    const struct launch launch = {
        .config = exchange->config,
        .arena = exchange->arena,
        .deadline_ms = exchange->deadline_ms - LAUNCH_ANSWER_MARGIN_MS,
        .config_id = exchange->path[0],
        .seed = begun->seed,
        .body = exchange->body,
        .digest_with_claim = begun->digest_with_claim.value,
        .image_id = begun->image_id,
        .patch_version = begun->patch_version,
        .filename = begun->filename,
        .symmetric_key = begun->symmetric_key,
        .address = begun->address,
        .probe_ports = begun->probe_ports,
        .algorithm = algorithm,
        .gpu = { .uuid = begun->gpu_uuid,
                 .device_info = begun->device_info,
                 .iterations = begun->iterations.value },
        .challenge = { .seed = seed, .kept = parse_kept(exchange->arena, begun->kept) },
    };

    return checks_run(&launch, LAUNCH_ATTEMPT, failure);
}

void attempt_abandon(struct exchange *exchange, const char *attempt_id)
{
    const struct db_abandon_attempt_in in = { .config_id = exchange->path[0], .attempt_id = attempt_id };

    if (db_abandon_attempt(exchange->db, exchange->arena, &in) != STATUS_OK)
        log_event(LOG_LEVEL_WARNING, "an attempt could not be abandoned; its lease will end by itself");
}
