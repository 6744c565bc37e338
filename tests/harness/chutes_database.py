"""A stack on the database of a Chutes deployment, with data from before Rigger came."""

import json
import re
import subprocess

from .processes import program
from .stack import Stack

DATA = """
insert into users (user_id, username, fingerprint_hash, hotkey, coldkey, permissions_bitmask, balance)
  values ('u', 'u', 'f', 'hk', 'ck', 0, 100);
insert into images (image_id, user_id, name, tag) values ('im', 'u', 'image', '1');
insert into metagraph_nodes (hotkey, checksum, coldkey, node_id, netuid) values ('hk', 'x', 'ck', 3, 64);
insert into chutes (chute_id, user_id, name, image_id, public, cords, node_selector, code, filename, ref_str,
  version)
  values ('c', 'u', 'chute', 'im', true, '[]', '{"gpu_count": 1}', 'print(1)', 'app.py', 'app:chute', '1');
insert into nodes (uuid, miner_hotkey, name, memory, processors, clock_rate, max_threads_per_processor, seed,
  gpu_identifier, device_index, verification_host, verification_port)
  values ('g', 'hk', 'H100', 1, 1, 1, 1, 1, 'h100', 0, 'h', 1);
insert into jobs (job_id, user_id, chute_id, version, method, job_args, status, miner_history,
  compute_multiplier)
  values ('j', 'u', 'c', '1', 'm', '{}', 'pending', '[]', 1);
insert into launch_configs (config_id, seed, env_key, chute_id, miner_uid, miner_hotkey, miner_coldkey,
  retrieved_at, verified_at)
  values ('l', 18446744073709551615, 'e', 'c', 3, 'hk', 'ck', now(), now());
insert into instances (instance_id, host, port, chute_id, version, miner_uid, miner_hotkey, miner_coldkey,
  active, verified, consecutive_failures, config_id, last_verified_at)
  values ('i', 'h', 1, 'c', '1', 3, 'hk', 'ck', true, true, 0, 'l', now());
insert into instance_nodes values ('i', 'g');
insert into capacity_log (chute_id, "timestamp", target_count) values ('c', now(), 3);
insert into invocations (parent_invocation_id, invocation_id, chute_id, user_id, started_at, amount)
  values ('p', 'x', 'c', 'u', now(), 0.5);
"""


class Deployment(Stack):
    """A stack whose database was a Chutes deployment's before we came. `before` is its state() then."""

    before = None

    def create_database(self):
        """The network's database with a life on it."""
        super().create_database()
        fill(self.postgres)
        self.before = state(self.postgres)


def fill(postgres):
    """Writes DATA as the Python service would, in a session whose time is UTC."""
    postgres.execute("set timezone = 'UTC';" + DATA)


def dump(postgres):
    """The definitions in schema public, a set of statements."""
    text = subprocess.run([program("pg_dump", postgres.binaries), "--schema-only", "--schema=public",
                           "--no-owner", "--no-privileges", postgres.dsn], capture_output=True,
                          text=True, check=True).stdout
    text = "\n".join(line for line in text.splitlines() if not line.startswith(("--", "\\")))
    return {" ".join(statement.split()) for statement in re.split(r";\n\n", text) if statement.strip()}


def state(postgres, tables=None):
    """(definitions, rows of every table of these; None: of all there are)."""
    tables = tables or [row["name"] for row in postgres.execute(
        "select relname as name from pg_class where relnamespace = 'public'::regnamespace"
        " and relkind in ('r', 'p', 'v')")]
    return dump(postgres), {table: sorted(json.dumps(row, default=str)
                                          for row in postgres.execute(f"select * from {table}"))
                            for table in tables}
