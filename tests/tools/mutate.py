"""Takes each rule out of the SQL functions, one at a time, and sees the SQL tests go red: ./dev mutate.

Which rule, in which function, what stands there, what stands there without the rule. A rule that no test misses is printed
and makes the exit status 1.
"""

import glob
import os
import re
import subprocess
import sys

from harness.responder import Responder
from harness.stack import SOURCE, Stack
from tools.suite import prepare_sql

SQL = os.path.join(SOURCE, "tests", "sql")
BROKEN = re.compile(r"ERROR:  42(601|703|883|804|P0[0-9]): .*")  # a syntax error, an unknown name, a wrong type
NOBODY = "(select null::text as refusal) a"

RULES = [
    ("a hotkey is registered on the subnet", "authenticate_hotkey", "and m.netuid = p_netuid", ""),
    ("a hotkey is not blacklisted", "authenticate_hotkey", "if v_blacklist_reason <> '' then", "if false then"),
    ("a signature works once", "authenticate_hotkey", "if not repeated then", "if false then"),
    ("1.1 the chute is there", "issue_launch_config", "if not exists (select from public.chutes", "if false and exists (select from public.chutes"),
    ("1.2 capacity", "issue_launch_config", "select c.refusal into refusal from rigger.decide_capacity(p_chute_id, p_hotkey) c;", "null;"),
    ("1.3 the job is of that chute", "enter_job_race", "    and j.chute_id = p_chute_id\n", ""),
    ("1.3 the job is not finished", "enter_job_race", "elsif v_finished_at is not null then", "elsif false then"),
    ("1.3 one try a hotkey", "enter_job_race", "elsif v_history ? p_hotkey then", "elsif false then"),
    ("1.3 fifteen hotkeys", "enter_job_race", ">= 15", ">= 16"),
    ("1.3 the hotkey joins the history", "enter_job_race", "v_history || to_jsonb(p_hotkey)", "v_history"),
    ("capacity: none hot, target and two", "decide_capacity", "<= v_target + 2", "<= v_target + 3"),
    ("capacity: hot is verified", "decide_capacity", "(where i.active and i.verified)", "(where i.active)"),
    ("capacity: hot is active", "decide_capacity", "(where i.active and i.verified)", "(where i.verified)"),
    ("capacity: rolling from two below", "decide_capacity", ">= v_target - 2", ">= v_target - 1"),
    ("capacity: rolling up to two below", "decide_capacity", ">= v_target - 2", ">= v_target - 3"),
    ("capacity: a quota of one at least", "decide_capacity", "if v_quota >= 1 then", "if v_quota >= 0 then"),
    ("capacity: no quota of one's own", "decide_capacity", "elsif v_permitted = '{}' then", "elsif true then"),
    ("capacity: the target", "decide_capacity", "if instances_before >= v_target then", "if instances_before > v_target then"),
    ("capacity: the last place", "decide_capacity", "elsif instances_before = v_target - 1 and v_mine = instances_before then",
     "elsif false then"),
    ("capacity: no log", "decide_capacity", "coalesce(v_target, instances_before)", "coalesce(v_target, 0)"),
    ("capacity: the newest target", "decide_capacity", 'order by l."timestamp" desc', 'order by l."timestamp"'),
    ("2.1 claimed once", "claim_launch_config", "v_config.retrieved_at is not null or ", ""),
    ("2.1 not failed", "claim_launch_config", " or v_config.failed_at is not null", ""),
    ("2.2 blacklisted since", "judge_claim", "rigger.authenticate_hotkey(p_config.miner_hotkey, p_netuid, null, null) a", NOBODY),
    ("2.2 capacity", "judge_claim", "    refusal := null;\n  end if;\n",
     "  end if;\n  refusal := null;\n  claim.rule := coalesce(claim.rule, 'below_target');\n"),
    ("2.2 no capacity for jobs", "judge_claim", "  if p_config.job_id is not null then", "  if false then"),
    ("2.3 the host", "judge_claim", "if p_host_refusal is not null then", "if false then"),
    ("2.4 a job's client is its host", "judge_claim", "elsif p_config.job_id is not null and p_client", "elsif false and p_client"),
    ("2.5 the environment", "judge_claim", "elsif p_environment_refusal is not null or p_filesystem_refusal", "elsif p_filesystem_refusal"),
    ("2.6 the filesystem", "judge_claim", " or p_filesystem_refusal is not null then", " then"),
    ("2.5 the config fails", "judge_claim", "fails_config := true;", "fails_config := false;"),
    ("2.7 the job is another's", "judge_job", "if v_job.instance_id is not null or v_job.miner_hotkey <> p_hotkey then", "if false then"),
    ("2.7 the job is finished", "judge_job", "if v_job.finished_at is not null then", "if false then"),
    ("2.7 the declared ports", "judge_job", "if v_declared <> v_mapped then", "if false then"),
    ("2.7 the loser's config fails", "claim_launch_config", "select j.refusal, j.refusal is not null\n", "select j.refusal, false\n"),
    ("2.8 the number of GPUs", "judge_gpus", "if cardinality(gpu_uuids) <> v_gpu_count then", "if false then"),
    ("2.8 the miner's own GPU", "judge_gpus", "   and n.miner_hotkey = p_hotkey\n", ""),
    ("2.8 a verified GPU", "judge_gpus", "n.verified_at is null", "false"),
    ("2.8 a free GPU", "judge_gpus", "exists (select from public.instance_nodes a where a.node_id = n.uuid)", "false"),
    ("2.8 an allowed GPU", "judge_gpus", "not rigger.gpu_is_allowed(n.gpu_identifier, p_node_selector)", "false"),
    ("2.8 the GPU's host", "judge_gpus", "lower(n.verification_host) is distinct from lower(p_host)", "false"),
    ("2.8 hosts without regard to case", "judge_gpus", "lower(n.verification_host)", "n.verification_host"),
    ("2.8 the config fails", "claim_launch_config", "j.subject, j.refusal is not null, j.gpu_uuids", "j.subject, false, j.gpu_uuids"),
    ("2.9 the event", "place_instance", "perform rigger.emit_instance_event('instance_created', p_instance.instance_id);", "null;"),
    ("2.9 the version of the chute", "claim_launch_config", "v_instance.version := v_chute.version;", ""),
    ("2.9 the quota is taken off", "place_instance", "if p_claim.quota_taken then", "if false then"),
    ("2.10 the clock starts when it is stored", "store_challenge", "clock_timestamp() as time", "now() as time"),
    ("2.10 a challenged claim is not given back", "undo_claim", "    and l.seed = 0\n", ""),
    ("2.10 a claim is given back", "undo_claim", "set retrieved_at = null, host", "set host"),
    ("2.10 only a quota that was taken is given back", "undo_claim", "    and c.quota_taken\n", ""),
    ("2.10 the quota is given back", "undo_claim", "    and c.quota_taken\n", "    and false\n"),
    ("3.1 not claimed", "begin_verification", "elsif v_config.retrieved_at is null then", "elsif false then"),
    ("3.1 verified already", "begin_verification", "elsif v_config.verified_at is not null then", "elsif false then"),
    ("3.1 failed", "begin_verification", "elsif v_config.failed_at is not null then", "elsif false then"),
    ("3.1 the instance is gone", "begin_verification", "elsif not exists (select from public.instances i", "elsif false and exists (select from public.instances i"),
    ("3.2 the time limit", "begin_verification", "elsif v_challenge.expires_at < now() then", "elsif false then"),
    ("3.2 the time limit fails the config", "begin_verification", "perform rigger.fail_launch_config(p_config_id, 'proof_late');", "null;"),
    ("3.3 a malformed body uses nothing up", "begin_verification", "elsif p_well_formed then", "elsif true then"),
    ("3 attempts are serialised", "begin_verification", "elsif v_challenge.lease_until > clock_timestamp() then", "elsif false then"),
    ("3 the first attempt decides", "finish_verification", "if v_challenge.decided_at is null then", "if true then"),
    ("3 the attempt that has the floor", "finish_verification", "if v_challenge.attempt_id is distinct from p_attempt_id then", "if false then"),
    ("3.7 a fault fails the config", "finish_verification", "perform rigger.fail_launch_config(p_config_id, v_challenge.failure);", "null;"),
    ("3.7 the instance goes", "fail_launch_config", "perform rigger.remove_instance(i.instance_id, v_reason)", "perform 1"),
    ("3.7 the reason in the audit", "remove_instance", "deletion_reason = p_reason", "deletion_reason = null"),
    ("3.7 the deletion is announced", "remove_instance", "perform rigger.emit_instance_event('instance_deleted', p_instance_id, p_reason);", "null;"),
    ("3.8 the miner is told", "accept_verification", "perform rigger.emit_instance_event('instance_verified', p_instance_id);", "null;"),
    ("3.8 the network is told", "accept_verification", "perform rigger.emit_instance_event('instance_hot', p_instance_id);", "null;"),
    ("3.8 the job starts", "accept_verification", "status = 'running', ", ""),
    ("4 verified first", "activate_launch_config", "elsif v_config.verified_at is null then", "elsif false then"),
    ("4 the instance is gone", "activate_launch_config", "elsif v_config.instance_id is null then", "elsif false then"),
    ("4 blacklisted since", "activate_launch_config", "rigger.authenticate_hotkey(v_config.miner_hotkey, p_netuid, null, null) a", NOBODY),
    ("4 later calls change nothing", "activate_launch_config", "    and not i.active\n", ""),
    ("5 an SDK without launch configs", "create_instance", "elsif rigger.version_parts(v_chute.chutes_version) >= rigger.version_parts('0.3.0') then", "elsif false then"),
    ("5 a place that is taken comes before the host", "create_instance",
     "elsif exists (select from public.instances i where i.host = lower(p_host) and i.port = p_port) then", "elsif false then"),
    ("5 the quota is taken off", "create_instance", "v_claim.quota_taken := v_capacity.takes_quota;", "v_claim.quota_taken := false;"),
    ("5 the host", "create_instance", "elsif p_host_refusal is not null then", "elsif false then"),
    ("5 capacity", "create_instance", "if v_capacity.rule is null then", "if false then"),
    ("6 never false", "activate_instance", "if refusal is null and not p_active then", "if false then"),
    ("6 of this chute", "activate_instance", "    and i.chute_id = p_chute_id\n", ""),
    ("6 of this miner", "activate_instance", "    and i.miner_hotkey = p_hotkey\n", ""),
    ("6 not of a launch config", "activate_instance", "    and i.config_id is null\n", ""),
    ("6 a hot one is left alone", "activate_instance", "if not (v_instance.active and v_instance.verified)\n     and not exists", "if not exists"),
    ("6 one that runs counts", "activate_instance", "in ('queued', 'running')", "in ('queued')"),
    ("6 six are allowed", "activate_instance", ">= 6", ">= 5"),
    ("6 at most six", "activate_instance", ">= 6", ">= 7"),
    ("6 announced", "activate_instance", "perform rigger.emit_instance_event('instance_activated', p_instance_id);", "null;"),
    ("7 of this chute", "delete_instance", "    and i.chute_id = p_chute_id\n", ""),
    ("7 of this miner", "delete_instance", "    and i.miner_hotkey = p_hotkey\n", ""),
    ("7 the job ends", "delete_instance", "set status = 'error', error_detail = v_reason,", "set error_detail = v_reason,"),
    ("7 the job's miner ended it", "delete_instance", "miner_terminated = true, ", ""),
    ("a loser does not free the winner's job", "free_job_of_config", "i.instance_id = j.instance_id and i.config_id = new.config_id", "true"),
    ("nor one whose instance is gone", "free_job_of_config", "j.miner_hotkey = new.miner_hotkey", "true"),
    ("the reaper takes tokens", "overdue_configs", "interval '7200 seconds'", "interval '72000 seconds'"),
    ("the reaper takes claims", "overdue_configs", "and l.retrieved_at < (now() at time zone 'utc') - interval '60 seconds'", "and false"),
    ("the reaper takes challenges", "overdue_configs", "and c.expires_at < now() - interval '60 seconds'", "and false"),
    ("the reaper waits for an attempt", "overdue_configs", "and (c.lease_until is null or c.lease_until < now())", ""),
    ("the reaper forgets signatures", "reap", "delete from rigger.used_signatures s where s.used_at < now() - interval '1200 seconds';", "null;"),
    ("a verification has one worker", "take_verification", "v.state = 'running' and v.lease_until < now()", "v.state = 'running'"),
    ("a stale worker finishes nothing", "finish_background_verification", "    and v.worker_id = p_worker_id\n", ""),
    ("no event without a change", "finish_background_verification", "if p_result = 'passed' and not v_instance.verified then", "if p_result = 'passed' then"),
    ("events wait for open transactions", "take_events", "if pg_current_xact_id_if_assigned() is not null then", "if false then"),
    ("events are pruned when all have them", "prune_events", "coalesce((select min(c.last_event_id) from rigger.event_consumers c), o.event_id)", "o.event_id"),
]


def psql(stack, *arguments, text=None):
    """Runs psql; its output and errors together."""
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-d", stack.postgres.dsn, *arguments], input=text, capture_output=True,
                          text=True, check=False, env=Responder.environment())
    return done.stdout + done.stderr


def first_red(stack):
    """The name of the first test file that goes red, None where all are green."""
    for path in sorted(glob.glob(os.path.join(SQL, "*.sql"))):
        out = psql(stack, "-v", "VERBOSITY=verbose", "-f", path)
        if BROKEN.search(out):
            sys.exit(f"mutate: this no longer runs, which proves nothing: {BROKEN.search(out).group()}")
        if "not ok" in out or "ERROR" in out:
            return os.path.basename(path)
    return None


def load(stack, text):
    """Puts a function's definition in."""
    errors = psql(stack, "-v", "ON_ERROR_STOP=1", text=f"set search_path = pg_catalog;\n{text}")
    if errors:
        sys.exit(f"mutate: {errors}")


def main():
    """All rules, or those whose words the arguments are in."""
    words = sys.argv[1:]
    missed = 0
    stack = Stack()
    try:
        prepare_sql(stack)
        if first_red(stack) is not None:
            sys.exit("mutate: the tests are red as it is")
        for rule, function, text, without in RULES:
            if words and not any(word in f"{rule} {function}" for word in words):
                continue
            with open(os.path.join(SOURCE, "sql", "functions", f"{function}.sql"), encoding="utf-8") as file:
                original = file.read()
            if original.count(text) != 1:
                sys.exit(f"mutate: {rule}: {function}.sql says {original.count(text)} times {text!r}")
            load(stack, original.replace(text, without))
            red = first_red(stack)
            missed += red is None
            print(f"{'caught' if red else 'MISSED':7} {rule:45} {function}: {red or 'no test'}", flush=True)
            load(stack, original)
    finally:
        stack.stop()
    print(f"{missed} rules that no test misses")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
