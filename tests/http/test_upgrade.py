"""A database that an older release has filled keeps its data when it is migrated."""

import hashlib
import json
import os
import subprocess

import pytest

from harness.processes import run
from harness.stack import BUILD, SOURCE

MIGRATIONS = os.path.join(SOURCE, "sql", "migrations")
RECORDS = """
create table rigger.migrations (
  path text primary key, checksum text not null, applied_at timestamptz not null default now());
create table rigger.schema_version (
  one boolean primary key default true check (one), version text not null,
  applied_at timestamptz not null default now());
insert into rigger.schema_version (version) values ('older');
"""
DATA = """
insert into users (user_id, username, fingerprint_hash) values ('u', 'u', 'f');
insert into chutes (chute_id, user_id, name, code, filename, ref_str)
  values ('c', 'u', 'chute', '1', 'app.py', 'app:chute');
insert into launch_configs (config_id, env_key, chute_id, miner_uid, miner_hotkey, miner_coldkey, failed_at)
  values ('l', 'e', 'c', 3, 'hk', 'ck', now());
insert into instances (instance_id, host, port, chute_id, version, miner_uid, miner_hotkey, miner_coldkey)
  values ('old', 'h', 1, 'c', '1', 3, 'hk', 'ck');
insert into rigger.claims (instance_id, config_id, chute_id, miner_hotkey, rule, instances_before,
  claimed_at, released_at)
  values ('i', 'l', 'c', 'hk', 'below_target', 4, '2026-01-01Z', '2026-01-02Z');
insert into rigger.challenges (config_id, instance_id, gpu_uuid, algorithm, seed, iterations, expires_at,
  decided_at, fault)
  values ('l', 'i', 'g', 'graval', 1, 1, '2026-01-01Z', '2026-01-01Z', 'the time limit was over');
insert into rigger.verifications (instance_id, state, fault)
  values ('old', 'failed', 'The instance did not answer /_ping');
insert into rigger.settings (key, value) values ('environment_rules', '{"/a": {"equals": 1}}');
create function rigger.overdue_configs() returns setof text
  language sql as 'select config_id from rigger.claims';
create view rigger.v_stuck as select instance_id, claimed_at from rigger.claims;
"""


@pytest.fixture
def older(cluster):
    """A database as the migrations up to 0003 leave it, with data."""
    cluster.execute("drop database if exists rigger", dbname="postgres")
    cluster.execute("create database rigger", dbname="postgres")
    applied = [name for name in sorted(os.listdir(MIGRATIONS)) if name < "0004"]
    for name in applied:
        run(["psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-d", cluster.dsn, "-c",
             "set search_path = pg_catalog, pg_temp", "-f", os.path.join(MIGRATIONS, name)])
    cluster.execute(RECORDS)
    for name in applied:
        with open(os.path.join(MIGRATIONS, name), "rb") as file:
            checksum = hashlib.blake2b(file.read(), digest_size=32).hexdigest()
        cluster.execute("insert into rigger.migrations (path, checksum) values (%s, %s)",
                        (f"migrations/{name}", checksum))
    cluster.execute(DATA)
    return cluster


def migrate(postgres):
    """What `rigger migrate` said."""
    done = subprocess.run([os.path.join(BUILD, "rigger"), "migrate", "--dsn", postgres.dsn],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_rows_are_kept(older):
    migrate(older)
    assert older.execute("select to_regclass('rigger.claims') as there") == [{"there": None}]
    (placement,) = older.execute("select * from rigger.placements")
    assert (placement["instance_id"], placement["rule"],
            placement["instances_before"]) == ("i", "below_target", 4)
    assert (placement["placed_at"].day, placement["undone_at"].day) == (1, 2)
    assert (placement["verified_at"], placement["activated_at"], placement["removed_at"]) \
        == (None, None, None), "what Rigger did before is not known"
    assert older.execute("select failure from rigger.challenges") == [{"failure": "proof_late"}]
    assert older.execute("select failure from rigger.verifications") == [{"failure": "old_sdk_ping_silent"}]
    assert older.execute("select key, value from rigger.settings") == [
        {"key": "environment_rules", "value": {"/a": {"equals": 1}}}]


def test_the_seed_of_a_challenge_stands_in_its_launch_config_alone(older):
    older.execute("update rigger.challenges set seed = 9223372036854775807;"
                  " update launch_configs set seed = 9223372036854775807;"
                  " update instances set config_id = 'l' where instance_id = 'old';"
                  " update rigger.challenges set instance_id = 'old'")
    for _ in range(2):
        migrate(older)
        assert older.execute("select seed::text from rigger.describe_verification('l')") == [
            {"seed": "9223372036854775807"}]


def test_failures_in_the_words_of_the_older_release_become_codes(older):
    older.execute("update rigger.challenges set fault = 'the proof of work is wrong'")
    older.execute("update rigger.verifications set fault = 'The code is not the chute''s'")
    migrate(older)
    assert older.execute("select failure from rigger.challenges") == [{"failure": "proof_wrong"}]
    assert older.execute("select failure from rigger.verifications") == [{"failure": "code_differs"}]


def test_functions_and_views_of_the_older_release_are_gone(older):
    migrate(older)
    assert older.execute("select to_regproc('rigger.overdue_configs') as there") == [{"there": None}]
    assert older.execute("select count(*) as waiting from rigger.v_stuck"
                         " where kind = 'instance'") == [{"waiting": 1}]


@pytest.mark.parametrize("setting, seconds", [
    (None, 3600), (1800, 1800), ("1800", 1800), (90.5, 91), (1, 10), (10 ** 9, 604800),
    ("an hour", 3600), ([1], 3600)])
def test_the_setting_of_unverified_instances_becomes_a_limit(older, setting, seconds):
    if setting is not None:
        older.execute("insert into rigger.settings (key, value) values ('unverified_instance_seconds', %s)",
                      (json.dumps(setting),))
    said = migrate(older)
    assert older.execute("select value, initial from rigger.limits"
                         " where name = 'instance.verified_within'") == [
        {"value": seconds, "initial": 3600}]
    assert older.execute("select from rigger.settings where key = 'unverified_instance_seconds'") == []
    assert ("which is no number" in said) == (setting in ("an hour", [1]))
