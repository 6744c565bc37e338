/* SQL of riggerctl. */
#include "db/statements_admin.h"

const struct statement statement_admin_status = {
    .name = "admin_status",
    .text = "select what, count, to_json(s) as json from rigger.status() s",
    .columns = "what count json",
};

const struct statement statement_admin_check_invariants = {
    .name = "admin_check_invariants",
    .text = "select invariant, subject, what, to_json(i) as json from rigger.check_invariants() i",
    .columns = "invariant subject what json",
};

const struct statement statement_admin_reap = {
    .name = "admin_reap",
    .text = "select kind, id, reason, to_json(r) as json from rigger.reap() r",
    .columns = "kind id reason json",
};

const struct statement statement_admin_chutes = {
    .name = "admin_chutes",
    .text = "select chute_id, name, target, total, hot, free, rolling_update, to_json(c) as json"
            " from rigger.v_chute_capacity c"
            " where $1::text is null or $1 in (c.chute_id, c.name)"
            " order by name, chute_id",
    .parameter_count = 1, /* chute id or name (null: all) */
    .columns = "chute_id name target total hot free rolling_update json",
};

const struct statement statement_admin_instances = {
    .name = "admin_instances",
    .text = "select instance_id, chute, miner_hotkey, host, port, active, verified, job_id,"
            "   date_trunc('second', created_at) as created_at, to_json(i) as json"
            " from rigger.v_instances i"
            " where ($1::text is null or $1 in (i.chute_id, i.chute))"
            "   and ($2::text is null or $2 = i.miner_hotkey)"
            " order by i.created_at, instance_id",
    .parameter_count = 2, /* chute id or name, hotkey (null: all) */
    .columns = "instance_id chute miner_hotkey host port active verified job_id created_at json",
};

const struct statement statement_admin_miners = {
    .name = "admin_miners",
    .text = "select hotkey, uid, netuid, gpus, gpus_in_use, instances, hot, failed_today, blacklist_reason,"
            "   to_json(m) as json"
            " from rigger.v_miners m"
            " where $1::text is null or $1 = m.hotkey"
            " order by netuid, uid, hotkey",
    .parameter_count = 1, /* hotkey (null: all) */
    .columns = "hotkey uid netuid gpus gpus_in_use instances hot failed_today blacklist_reason json",
};

const struct statement statement_admin_stuck = {
    .name = "admin_stuck",
    .text = "select kind, id, miner_hotkey, waiting_for, date_trunc('second', taken_at) as taken_at,"
            "   to_json(s) as json"
            " from rigger.v_stuck s"
            " order by s.taken_at, id",
    .columns = "kind id miner_hotkey waiting_for taken_at json",
};

const struct statement statement_admin_events = {
    .name = "admin_events",
    .text = "select event_id, date_trunc('second', created_at) as created_at, reason, message, json"
            " from (select e.*, to_json(e) as json"
            "       from rigger.v_events e"
            "       where event_id > $1::bigint"
            "       order by event_id desc"
            "       limit $2::int) newest"
            " order by event_id",
    .parameter_count = 2, /* after which number, how many (null: all) */
    .columns = "event_id created_at reason message json",
};

const struct statement statement_admin_set_target = {
    .name = "admin_set_target",
    .text = "select rigger.set_target($1::text, $2::int) as done",
    .parameter_count = 2, /* chute id, count */
    .columns = "done",
};

const struct statement statement_admin_blacklist = {
    .name = "admin_blacklist",
    .text = "select rigger.blacklist($1::text, $2::text) as done",
    .parameter_count = 2, /* hotkey, reason (null: let in again) */
    .columns = "done",
};

const struct statement statement_admin_evict = {
    .name = "admin_evict",
    .text = "select rigger.evict($1::text, $2::text) as done",
    .parameter_count = 2, /* instance id, reason */
    .columns = "done",
};

const struct statement statement_admin_requeue = {
    .name = "admin_requeue",
    .text = "select rigger.requeue_verification($1::text) as done",
    .parameter_count = 1, /* instance id */
    .columns = "done",
};
