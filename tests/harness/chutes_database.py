"""A stack on the database of a Chutes deployment, with data from before Rigger came."""

import json
import os
import re
import subprocess

from .processes import program
from .stack import SOURCE, Stack

with open(os.path.join(SOURCE, "tests", "harness", "chutes_database.sql"), encoding="utf-8") as file:
    CHUTES = file.read()

DATA = """
insert into users (user_id, username, fingerprint_hash, hotkey) values ('u', 'u', 'f', 'hk');
insert into images (image_id, user_id, name, tag) values ('im', 'u', 'image', '1');
insert into metagraph_nodes (hotkey, checksum, coldkey, node_id, netuid) values ('hk', 'x', 'ck', 3, 64);
insert into chutes (chute_id, user_id, name, image_id, cords, node_selector, code, filename, ref_str, version)
  values ('c', 'u', 'chute', 'im', '[]', '{"gpu_count": 1}', 'print(1)', 'app.py', 'app:chute', '1');
insert into nodes (uuid, miner_hotkey, name, memory, major, minor, processors, clock_rate,
  max_threads_per_processor, gpu_identifier, device_index, verification_host, verification_port)
  values ('g', 'hk', 'H100', 1, 9, 0, 1, 1, 1, 'h100', 0, 'h', 1);
insert into jobs (job_id, user_id, chute_id, version, method, job_args, compute_multiplier)
  values ('j', 'u', 'c', '1', 'm', '{}', 1);
insert into launch_configs (config_id, seed, env_key, chute_id, miner_uid, miner_hotkey, miner_coldkey,
  retrieved_at, verified_at)
  values ('l', 18446744073709551615, 'e', 'c', 3, 'hk', 'ck', now(), now());
insert into instances (instance_id, host, port, chute_id, version, miner_uid, miner_hotkey, miner_coldkey,
  active, verified, config_id, last_verified_at)
  values ('i', 'h', 1, 'c', '1', 3, 'hk', 'ck', true, true, 'l', now());
insert into instance_nodes values ('i', 'g');
insert into capacity_log (chute_id, "timestamp", target_count) values ('c', now(), 3);
insert into invocations values ('x', 'c', 0.5);
"""
TABLES = re.findall(r"^create table (\w+)", CHUTES, re.MULTILINE)


class Deployment(Stack):
    """A stack whose database was a Chutes deployment's before we came."""

    def __init__(self):
        super().__init__()
        create = self.postgres.create

        def create_chutes():
            create()
            self.postgres.execute(CHUTES)
            self.postgres.execute(DATA)
            self.before = state(self.postgres)

        self.postgres.create = create_chutes


def dump(postgres):
    """The definitions in schema public, a set of statements."""
    text = subprocess.run([program("pg_dump", postgres.binaries), "--schema-only", "--schema=public",
                           "--no-owner", "--no-privileges", postgres.dsn], capture_output=True,
                          text=True, check=True).stdout
    text = "\n".join(line for line in text.splitlines() if not line.startswith(("--", "\\")))
    return {" ".join(statement.split()) for statement in re.split(r";\n\n", text) if statement.strip()}


def state(postgres):
    """(definitions, rows of every table)."""
    return dump(postgres), {table: sorted(json.dumps(row, default=str)
                                          for row in postgres.execute(f"select * from {table}"))
                            for table in TABLES}
