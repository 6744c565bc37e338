/* The only SQL in C: one row per statement, each a call of one function of the schema `rigger`. */
#include "db/statements.h"

const struct statement statement_ping = {
    .name = "ping",
    .text = "select 'pong' as message",
    .columns = "message",
};

const struct statement statement_ready = {
    .name = "ready",
    .text = "select schema_version, writable from rigger.ready()",
    .columns = "schema_version writable",
};

const struct statement statement_authenticate_hotkey = {
    .name = "authenticate_hotkey",
    .text = "select status, detail from rigger.authenticate_hotkey($1::text, $2::int, $3::bytea, $4::uuid)",
    .parameter_count = 4, /* hotkey, netuid, signature hash, request key */
    .columns = "status detail",
};

const struct statement statement_find_api_key = {
    .name = "find_api_key",
    .text = "select api_key_id, key_hash, admin, hotkey from rigger.find_api_key($1::text, $2::text)",
    .parameter_count = 2, /* key id, user id */
    .columns = "api_key_id key_hash admin hotkey",
};

const struct statement statement_touch_api_key = {
    .name = "touch_api_key",
    .text = "select status, detail from rigger.touch_api_key($1::text)",
    .parameter_count = 1, /* key id */
    .columns = "status detail",
};

const struct statement statement_find_user = {
    .name = "find_user",
    .text = "select fingerprint_hash, hotkey from rigger.find_user($1::text)",
    .parameter_count = 1, /* user id */
    .columns = "fingerprint_hash hotkey",
};

const struct statement statement_issue_launch_config = {
    .name = "issue_launch_config",
    .text = "select status, detail, config_id, env_key, job_id, disk_gb, issued_at, expires_at"
            " from rigger.issue_launch_config($1::text, $2::int, $3::bytea, $4::uuid, $5::text, $6::text, "
            "$7::text)",
    .parameter_count = 7, /* hotkey, netuid, signature hash, config id, chute id, job id, env key */
    .columns = "status detail config_id env_key job_id disk_gb issued_at expires_at",
};

const struct statement statement_describe_claim = {
    .name = "describe_claim",
    .text = "select env_key, seed, miner_hotkey, chute_id, ref_str, filename, code, chutes_version, image_id,"
            " patch_version, environment_rules from rigger.describe_claim($1::text)",
    .parameter_count = 1, /* config id */
    .columns =
        "env_key seed miner_hotkey chute_id ref_str filename code chutes_version image_id patch_version"
        " environment_rules",
};

const struct statement statement_claim_launch_config = {
    .name = "claim_launch_config",
    .text = "select status, detail, job_id, gpu_uuid, device_info, iterations"
            " from rigger.claim_launch_config($1::text, $2::int, $3::text, $4::text, $5::text, $6::jsonb, "
            "$7::jsonb,"
            " $8::text, $9::text, $10::text, $11::text, $12::text)",
    .parameter_count =
        12, /* config id, netuid, host, vetted address, client address, gpu uuids, port mappings,
               instance id, symmetric key, host fault, environment fault, filesystem fault */
    .columns = "status detail job_id gpu_uuid device_info iterations",
};

const struct statement statement_store_challenge = {
    .name = "store_challenge",
    .text = "select status, detail from rigger.store_challenge($1::text, $2::text, $3::text, $4::text, "
            "$5::bigint,"
            " $6::int, $7::jsonb)",
    .parameter_count = 7, /* config id, instance id, gpu uuid, algorithm, seed, iterations, kept */
    .columns = "status detail",
};

const struct statement statement_release_claim = {
    .name = "release_claim",
    .text = "select status, detail from rigger.release_claim($1::text, $2::text)",
    .parameter_count = 2, /* config id, instance id */
    .columns = "status detail",
};

const struct statement statement_begin_verification = {
    .name = "begin_verification",
    .text = "select status, detail, instance_id, symmetric_key, gpu_uuid, device_info, algorithm, seed, "
            "iterations,"
            " kept, address, probe_ports, chutes_version, image_id, patch_version, filename"
            " from rigger.begin_verification($1::text, $2::uuid, $3::int, $4::boolean)",
    .parameter_count = 4, /* config id, attempt id, lease in ms, whether the body is well-formed */
    .columns =
        "status detail instance_id symmetric_key gpu_uuid device_info algorithm seed iterations kept"
        " address probe_ports chutes_version image_id patch_version filename",
};

const struct statement statement_release_attempt = {
    .name = "release_attempt",
    .text = "select status, detail from rigger.release_attempt($1::text, $2::uuid)",
    .parameter_count = 2, /* config id, attempt id */
    .columns = "status detail",
};

const struct statement statement_finish_verification = {
    .name = "finish_verification",
    .text =
        "select status, detail, chute_id, instance_id, verified_at, job_id, job_method, job_data, issued_at"
        " from rigger.finish_verification($1::text, $2::uuid, $3::text)",
    .parameter_count = 3, /* config id, attempt id, fault (null: all checks passed) */
    .columns = "status detail chute_id instance_id verified_at job_id job_method job_data issued_at",
};

const struct statement statement_activate_launch_config = {
    .name = "activate_launch_config",
    .text = "select status, detail from rigger.activate_launch_config($1::text, $2::int)",
    .parameter_count = 2, /* config id, netuid */
    .columns = "status detail",
};

const struct statement statement_delete_instance = {
    .name = "delete_instance",
    .text =
        "select status, detail from rigger.delete_instance($1::text, $2::int, $3::bytea, $4::uuid, $5::text,"
        " $6::text)",
    .parameter_count = 6, /* hotkey, netuid, signature hash, request key, chute id, instance id */
    .columns = "status detail",
};

const struct statement statement_create_instance = {
    .name = "create_instance",
    .text =
        "select status, detail, instance from rigger.create_instance($1::text, $2::int, $3::bytea, $4::uuid,"
        " $5::text, $6::text, $7::jsonb, $8::text, $9::text, $10::int, $11::text, $12::text)",
    .parameter_count = 12, /* hotkey, netuid, signature hash, request key, chute id, instance id, gpu uuids,
                              host, vetted address, port, symmetric key, host fault */
    .columns = "status detail instance",
};

const struct statement statement_activate_instance = {
    .name = "activate_instance",
    .text = "select status, detail, instance from rigger.activate_instance($1::text, $2::int, $3::bytea, "
            "$4::uuid,"
            " $5::text, $6::text, $7::boolean)",
    .parameter_count = 7, /* hotkey, netuid, signature hash, request key, chute id, instance id, active */
    .columns = "status detail instance",
};

const struct statement statement_reap = {
    .name = "reap",
    .text = "select kind, id, reason from rigger.reap()",
    .columns = "kind id reason",
};

const struct statement statement_take_messages = {
    .name = "take_messages",
    .text = "select event_id, channel, message from rigger.take_messages($1::text, $2::int)",
    .parameter_count = 2, /* consumer, how many events */
    .columns = "event_id channel message",
};

const struct statement statement_acknowledge_events = {
    .name = "acknowledge_events",
    .text = "select rigger.acknowledge_events($1::text, $2::bigint) as known",
    .parameter_count = 2, /* consumer, last event (null: none) */
    .columns = "known",
};

const struct statement statement_prune_events = {
    .name = "prune_events",
    .text = "select rigger.prune_events($1::interval) as count",
    .parameter_count = 1, /* age */
    .columns = "count",
};

const struct statement statement_take_verification = {
    .name = "take_verification",
    .text =
        "select verification_id, instance_id, host, address, port, symmetric_key, miner_hotkey, "
        "chutes_version,"
        " code, filename, ref_str, gpus, challenges from rigger.take_verification($1::uuid, $2::interval)",
    .parameter_count = 2, /* worker id, lease */
    .columns = "verification_id instance_id host address port symmetric_key miner_hotkey chutes_version code"
               " filename ref_str gpus challenges",
};

const struct statement statement_finish_background_verification = {
    .name = "finish_background_verification",
    .text =
        "select rigger.finish_background_verification($1::bigint, $2::uuid, $3::text, $4::text) as finished",
    .parameter_count = 4, /* verification id, worker id, outcome, fault */
    .columns = "finished",
};
