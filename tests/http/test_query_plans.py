"""The cost of a request does not grow with the tables: whatever the endpoints and the
reaper ask of a big one goes by an index.
"""

from harness.client import Api
from harness.stack import Stack

FILL = """
insert into public.metagraph_nodes (hotkey, coldkey, node_id, netuid, checksum)
  select 'm' || i, 'c', i, 64, 'x' from generate_series(1, 20000) i;
insert into public.nodes (uuid, name, memory, processors, clock_rate, max_threads_per_processor, miner_hotkey,
  gpu_identifier, seed, device_index, verification_host, verification_port)
  select 'g' || i, 'GPU', 1, 1, 1, 1, 'm' || i, 'h100_sxm', 1, 0, 'h', 1 from generate_series(1, 20000) i;
insert into public.launch_configs (config_id, seed, env_key, chute_id, miner_uid, miner_hotkey, miner_coldkey,
  created_at, failed_at)
  select 'l' || i, 0, 'e', %(chute)s, i, 'm' || i, 'c', '2026-01-01', '2026-01-01'
  from generate_series(1, 50000) i;
insert into public.instances (instance_id, host, port, chute_id, version, miner_uid, miner_hotkey,
  miner_coldkey, active, verified)
  select 'i' || i, 'h' || i, 1, %(chute)s, 'v', i, 'm' || i, 'c', true, true from generate_series(1, 20000) i;
insert into public.instance_nodes (instance_id, node_id)
  select 'i' || i, 'g' || i from generate_series(1, 20000) i;
insert into public.capacity_log (chute_id, "timestamp", target_count)
  select %(chute)s, timestamp '2026-01-01' + i * interval '1 second', 5 from generate_series(1, 20000) i;
insert into rigger.placements (instance_id, config_id, chute_id, miner_hotkey, rule, instances_before)
  select 'i' || i, 'l' || i, %(chute)s, 'm' || i, 'below_target', 0 from generate_series(1, 20000) i;
insert into rigger.challenges (config_id, instance_id, gpu_uuid, algorithm, iterations,
  expires_at, decided_at)
  select 'l' || i, 'i' || i, 'g' || i, 'x', 1, '2026-01-01', '2026-01-01' from generate_series(1, 20000) i;
insert into rigger.used_signatures (signature_hash, hotkey, request_key, used_at)
  select sha256(i::text::bytea), 'm' || i, gen_random_uuid(), now() from generate_series(1, 20000) i;
insert into rigger.events (channel, reason, payload)
  select 'events', 'x', jsonb_build_object('data', jsonb_build_object('instance_id', 'i' || i))
  from generate_series(1, 20000) i;
insert into rigger.verifications (instance_id, state)
  select 'i' || i, 'passed' from generate_series(1, 20000) i;
"""
BIG = ["metagraph_nodes", "nodes", "launch_configs", "instances", "instance_nodes", "instance_audit",
       "capacity_log", "placements", "challenges", "used_signatures", "events", "verifications"]


def scans(stack):
    """Sequential and index scans by table, once all sessions have told theirs, which
    they do when they end."""
    stack.postgres.wait_for_row(
        "select 1 where not exists (select from pg_stat_activity where usename = 'rigger_server')")
    return {row["relname"]: (row["seq_scan"], row["idx_scan"]) for row in stack.postgres.execute(
        "select relname, seq_scan, idx_scan from pg_stat_user_tables where relname = any(%s)", (BIG,))}


def live(api, miner, chute, old):
    """One of everything."""
    assert api.delete(miner, chute, api.hot(miner, chute).instance_id).status == 200
    gpu, host = miner.gpus[0]
    made = api.signed(miner, "POST", f"/instances/{old}/", {"node_ids": [gpu], "host": host, "port": 20000})
    assert made.status == 202
    instance = made.json["instance_id"]
    assert api.signed(miner, "PATCH", f"/instances/{old}/{instance}", {"active": True}).status == 200
    assert api.delete(miner, old, instance).status == 200


def test_no_request_reads_a_big_table_whole():
    with Stack(lambda settings: settings["server"].update(fast_workers=1, slow_workers=1)) as stack:
        api, network = Api(stack), stack.network
        miner, chute, old = network.miner(gpus=1), network.chute(), network.chute(chutes_version="0.2.20")
        stack.postgres.execute(FILL, {"chute": network.chute()})
        stack.postgres.execute("vacuum analyze")
        stack.responder.stop()
        before = scans(stack)
        stack.responder.start()
        for _ in range(8):
            live(api, miner, chute, old)
        stack.postgres.execute(
            "update public.launch_configs set created_at = created_at - interval '3 hours' where config_id ="
            " (select config_id from public.launch_configs order by created_at desc limit 1)")
        stack.responder.stop()
        after = scans(stack)
    own = 1  # the update above looks for the newest config by itself
    assert {table: after[table][0] - before[table][0] for table in BIG
            if after[table][0] - before[table][0] > (
        own if table == "launch_configs" else 0)} == {}
    unread = {table for table in BIG if after[table][1] == before[table][1]}
    assert unread <= {"instance_audit", "events", "placements"}, "the requests were to read these"
