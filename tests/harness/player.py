"""Plays random operations against a running stack and the model, and compares every
answer and what comes of it.

What is drawn depends on the seed alone, not on the ids that the run happens to make.
"""

import hashlib
import json
import time
import urllib.parse
import uuid

from .client import Api, Launch
from .model import Chute, Job, Model

HOST = "127.0.0.1"  # where requests come from
HOSTS = [HOST, "127.0.0.2"]
MINERS, GPUS, PORTS = 6, 4, 14
BATCH, BATCH_AGE_S = 50, 300
SNAPSHOT = """
select
  (select coalesce(json_object_agg(i.instance_id, json_build_array(
     i.miner_hotkey, i.chute_id, i.host, i.port, i.active, i.verified, i.config_id,
     (select json_agg(n.node_id order by n.node_id) from public.instance_nodes n
      where n.instance_id = i.instance_id))), '{}') from public.instances i) as instances,
  (select coalesce(json_object_agg(j.job_id, json_build_array(
     j.miner_hotkey, j.instance_id, j.started_at is not null, j.finished_at is not null,
     coalesce(j.miner_history, '[]'))), '{}') from public.jobs j) as jobs,
  (select coalesce(json_object_agg(l.config_id, case when l.failed_at is not null then 'failed'
     when l.verified_at is not null then 'verified' when l.retrieved_at is not null then 'claimed'
     else 'issued' end), '{}')
   from public.launch_configs l) as configs,
  (select coalesce(json_object_agg(u.chute_id, u.permitted), '{}') from public.rolling_updates u) as rolling
"""
TOLD = """
select payload -> 'data' ->> 'instance_id' as instance, array_agg(reason order by event_id) as reasons
from rigger.events where channel <> 'targets' group by 1
"""


class Player:
    """One world: its miners, chutes and everything that was ever asked. Operations
    draw from one source of chance."""

    def __init__(self, stack, chance):
        self.stack, self.api, self.chance = stack, Api(stack), chance
        stack.postgres.execute("update rigger.gpu_models set estimate_seconds = 1000000;"
                               " update rigger.limits set value = 0 where name = 'proof.pause'")
        self.miners = {}
        for number in range(MINERS):
            miner = stack.network.miner(gpus=GPUS, host=HOSTS[number % len(HOSTS)], model="a6000")
            self.miners[miner.hotkey] = miner
        self.model = Model({hotkey: [gpu for gpu, _ in miner.gpus] for hotkey, miner in self.miners.items()},
                           {hotkey: miner.gpus[0][1] for hotkey, miner in self.miners.items()})
        for gpu_count, target, old in ((1, 4, False), (2, 2, False), (1, 3, True)):
            chute = stack.network.chute(gpu_count=gpu_count, target=target,
                                        chutes_version="0.2.20" if old else "0.3.5")
            self.model.chutes[chute] = Chute(gpu_count, target, old)
        self.job_chute = stack.network.chute(gpu_count=1, target=0, jobs=[{"name": "train", "ports": []}])
        self.model.chutes[self.job_chute] = Chute(1, 0)
        self.launches, self.signed, self.replays, self.lines = {}, {}, [], []

    def sql(self, statement, *parameters):
        """As the administrator."""
        return self.stack.postgres.execute(statement, parameters)

    # What is drawn.

    def some(self, things):
        """One of them, None where there are none."""
        things = list(things)
        return self.chance.choice(things) if things else None

    def recent(self, things, count=12):
        """One of the newest: an old one is rarely interesting."""
        return self.some(list(things)[-count:])

    def some_gpus(self, miner, chute):
        """Mostly right ones; at times too few, too many, another's, an unknown one, or one twice."""
        count = self.model.chutes[chute].gpu_count if chute in self.model.chutes else 1
        in_use = {gpu for instance in self.model.instances.values() for gpu in instance.gpus}
        free = [gpu for gpu in self.model.gpus[miner] if gpu not in in_use]
        own = free if len(free) >= count and self.chance.random() < 0.8 else self.model.gpus[miner]
        gpus = self.chance.sample(own, count)
        kind = self.chance.random()
        if kind < 0.03:
            return gpus[1:]
        if kind < 0.06:
            return gpus + [self.some(self.model.gpus[miner])]
        if kind < 0.09:
            return gpus[1:] \
                + [self.some(self.model.gpus[self.some(other for other in self.miners if other != miner)])]
        if kind < 0.11:
            return gpus[1:] + [uuid.UUID(int=self.chance.getrandbits(128)).hex]
        return gpus

    def some_place(self, miner):
        """Mostly the miner's host, and a port of a few, so that they collide."""
        host = self.model.hosts[miner] if self.chance.random() < 0.96 else self.some(HOSTS)
        return host, 20000 + self.chance.randrange(PORTS)

    def some_chute(self):
        """Rarely one that is not there."""
        return "nothing" if self.chance.random() < 0.02 else self.some(self.model.chutes)

    # How it is asked.

    def headers(self, miner, method, path, body=b""):
        """Signed, in batches where the tail is the same for all."""
        if body:
            return self.stack.network.sign(self.miners[miner], method, path, body)
        made, batch = self.signed.get((miner, method), (0, []))
        if not batch or time.time() - made > BATCH_AGE_S:
            made, batch = time.time(), self.stack.network.sign(self.miners[miner], method, path, count=BATCH)
        headers = batch.pop()
        self.signed[miner, method] = made, batch
        return headers

    def ask(self, miner, method, path, body=None):
        """A signed request, remembered for replays."""
        raw = json.dumps(body).encode() if body is not None else b""
        headers = self.headers(miner, method, path, raw)
        self.replays = self.replays[-20:] + [(miner, method, path, raw, headers)]
        return self.api.request(method, path, raw or None, headers)

    def check(self, line, answer, due):
        """The answer is the one that is due."""
        self.lines.append(f"{line}: {answer.status}")
        assert answer.status == due, f"{line}: answered {answer.status} {answer.text}, due is {due}"

    # The operations. Each returns nothing, or raises.

    def issue(self):
        """GET launch_config."""
        miner, chute = self.some(self.miners), self.some_chute()
        job = None
        if chute == self.job_chute or self.chance.random() < 0.05:
            job = self.recent(self.model.jobs) if self.chance.random() < 0.95 else "no job"
            chute = self.job_chute if self.chance.random() < 0.97 else chute
        query = {"chute_id": chute, **({"job_id": job} if job else {})}
        answer = self.ask(miner, "GET", "/instances/launch_config?" + urllib.parse.urlencode(query))
        config = answer.json.get("config_id")
        self.check(f"issue {miner} {query}", answer, self.model.issue(config, miner, chute, job))
        if answer.status == 200:
            self.launches[config] = Launch(self.api, answer.json)

    def claim(self):
        """POST launch_config."""
        config = self.recent(self.launches)
        if config is None:
            return
        known, launch = self.model.configs[config], self.launches[config]
        gpus, place = self.some_gpus(known.miner, known.chute), self.some_place(known.miner)
        extra = known.job is not None and self.chance.random() < 0.05
        mappings = [{"internal_port": 8000, "external_port": place[1], "proto": "tcp"}]
        mappings += [{"internal_port": 9000, "external_port": 30000, "proto": "tcp"}] if extra else []
        body = {**launch.claim_body([("", place[0])], port_mappings=mappings),
                "gpus": [{"uuid": gpu} for gpu in gpus]}
        answer = self.api.request("POST", launch.path, body, launch.headers())
        launch.challenge = answer.json if answer.status == 200 else launch.challenge
        made = self.sql("select instance_id from public.instances where config_id = %s", config) \
            if answer.status == 200 else []
        instance = made[0]["instance_id"] if made else None
        due = self.model.claim(config, instance, gpus, place, place[0] == HOST, extra)
        self.check(f"claim {config} {gpus} {place} {extra}", answer, due)

    def verify(self):
        """PUT launch_config, well or badly."""
        config = self.recent(config for config, known in self.model.configs.items()
                             if known.state == "claimed") \
            if self.chance.random() < 0.8 else self.recent(self.launches)
        if config is None:
            return
        launch, kind = self.launches[config], self.chance.random()
        bad = {"response": "AAAA", "iv": "00" * 16, "proof": {}}
        if kind < 0.1:
            answer, due = launch.verify({"iv": 5}), self.model.verify(config, False, well_formed=False)
        elif kind < 0.2 or launch.challenge is None:
            answer, due = launch.verify(bad), self.model.verify(config, False)
        elif kind < 0.25:
            self.sql("update rigger.challenges set expires_at = now() - interval '1 second'"
                     " where config_id = %s and decided_at is null", config)
            answer, due = launch.verify(bad), self.model.verify(config, False, late=True)
        elif kind < 0.3:
            if launch.key is None:
                launch.solve()
            answer, due = launch.verify(launch.answer_body(product="AAAA")), self.model.verify(config, False)
        else:
            answer, due = launch.verify(), self.model.verify(config, True)
        self.check(f"verify {config} {kind:.2f}", answer, due)

    def activate(self):
        """GET activate."""
        config = self.recent(config for config, known in self.model.configs.items() if known.verified) \
            if self.chance.random() < 0.7 else self.recent(self.launches)
        if config is not None:
            self.check(f"activate {config}", self.launches[config].activate(), self.model.activate(config))

    def foreign(self):
        """One config's token on another's path."""
        if len(self.launches) > 1:
            one, other = self.chance.sample(list(self.launches)[-12:], 2) if len(self.launches) > 12 \
                else self.chance.sample(list(self.launches), 2)
            method = self.some(["POST", "PUT"])
            body = {"gpus": [], "host": HOST, "port_mappings": [], "env": "", "code": ""} \
                if method == "POST" else {}
            answer = self.api.request(method, self.launches[one].path, body, self.launches[other].headers())
            self.check(f"foreign {one} {other}", answer, 401)

    def token_check(self):
        """GET token_check: the same address and salt, the same token."""
        salt = self.some(["", "a", "b"])
        answer = self.api.request("GET", f"/instances/token_check?salt={salt}")
        self.check(f"token_check {salt}", answer, 200)
        own = self.stack.settings["launch"]["ip_check_salt"]
        assert answer.json["token"] == str(uuid.uuid5(uuid.NAMESPACE_OID,
                                                      f"{HOST}:{own}" + (f":{salt}" if salt else "")))

    def some_instance(self):
        """(miner, chute, instance), mostly its miner's."""
        instance = self.some(self.model.instances) \
            if self.chance.random() < 0.9 else self.recent(self.model.told)
        known = self.model.instances.get(instance)
        miner = known.miner if known and self.chance.random() < 0.9 else self.some(self.miners)
        chute = known.chute if known and self.chance.random() < 0.95 else self.some(self.model.chutes)
        return miner, chute, instance or "nothing"

    def delete(self):
        """DELETE."""
        miner, chute, instance = self.some_instance()
        answer = self.ask(miner, "DELETE", f"/instances/{chute}/{instance}")
        self.check(f"delete {miner} {chute} {instance}", answer, self.model.delete(miner, chute, instance))

    def create(self):
        """POST of an instance of an old SDK."""
        old = [chute for chute, known in self.model.chutes.items() if known.old]
        miner, chute = self.some(self.miners), \
            self.some(old) if self.chance.random() < 0.9 else self.some_chute()
        gpus, place = self.some_gpus(miner, chute), self.some_place(miner)
        answer = self.ask(miner, "POST", f"/instances/{chute}/",
                          {"node_ids": gpus, "host": place[0], "port": place[1]})
        due = self.model.create(answer.json.get("instance_id"), miner, chute, gpus, place)
        self.check(f"create {miner} {chute} {gpus} {place}", answer, due)

    def patch(self):
        """PATCH."""
        miner, chute, instance = self.some_instance()
        old = self.some(instance for instance, known in self.model.instances.items() if known.config is None)
        if old is not None and self.chance.random() < 0.8:
            miner, chute, instance = self.model.instances[old].miner, self.model.instances[old].chute, old
        active = self.chance.random() < 0.95
        answer = self.ask(miner, "PATCH", f"/instances/{chute}/{instance}", {"active": active})
        self.check(f"patch {miner} {chute} {instance} {active}", answer,
                   self.model.patch(miner, chute, instance, active))

    def replay(self):
        """A signed request again."""
        if self.replays:
            miner, method, path, raw, headers = self.some(self.replays)
            used = self.sql("select 1 from rigger.used_signatures where signature_hash = %s",
                            self.hash_of(headers))
            if used:
                due = 403 if miner in self.model.blacklisted else 401
                self.check(f"replay {method} {path}",
                           self.api.request(method, path, raw or None, headers), due)

    @staticmethod
    def hash_of(headers):
        """Under which a signature is kept."""
        return hashlib.blake2b(bytes.fromhex(headers["X-Chutes-Signature"]), digest_size=32).digest()

    # What administrators and the world do.

    def judge_old(self):
        """A background verification ends."""
        worker = str(uuid.UUID(int=self.chance.getrandbits(128)))
        taken = self.sql("select verification_id, instance_id from rigger.take_verification(%s, '1 minute')",
                         worker)
        passed = self.chance.random() < 0.7
        if taken:
            self.sql("select rigger.finish_background_verification(%s, %s, %s, %s)",
                     taken[0]["verification_id"], worker, "passed" if passed else "failed",
                     None if passed else "old_sdk_late")
            self.model.judge_old(taken[0]["instance_id"], passed)
        else:
            assert not any(instance.open for instance in self.model.instances.values())

    def steer(self):
        """Targets, rolling updates, the blacklist, evictions, jobs."""
        what = self.some(["target", "roll", "settle", "blacklist", "lift", "lift", "evict", "job", "job"])
        chute = self.some(chute for chute in self.model.chutes if chute != self.job_chute)
        known = self.model.chutes[chute]
        if what == "target":
            known.target = self.chance.randrange(6)
            self.sql("select rigger.set_target(%s, %s)", chute, known.target)
        elif what == "roll":
            known.permitted = {miner: self.chance.randrange(3) for miner in self.miners
                               if self.chance.random() < 0.5}
            self.sql("insert into public.rolling_updates (chute_id, old_version, new_version,"
                     " started_at, permitted)"
                     " values (%s, '1', '2', now(), %s) on conflict (chute_id) do update"
                     " set permitted = excluded.permitted",
                     chute, json.dumps(known.permitted))
        elif what == "settle":
            known.permitted = None
            self.sql("delete from public.rolling_updates where chute_id = %s", chute)
        elif what in ("blacklist", "lift"):
            miner = self.some(self.miners)
            (self.model.blacklisted.add if what == "blacklist" else self.model.blacklisted.discard)(miner)
            self.sql("select rigger.blacklist(%s, %s)", miner, "cheats" if what == "blacklist" else None)
        elif what == "evict" and self.model.instances:
            instance = self.some(self.model.instances)
            self.sql("select rigger.evict(%s, 'burns')", instance)
            self.model.evict(instance)
        elif what == "job":
            job = str(uuid.UUID(int=self.chance.getrandbits(128)))
            self.sql("insert into public.jobs (job_id, user_id, chute_id, version, method, job_args, status,"
                     " miner_history, compute_multiplier)"
                     " select %s, user_id, chute_id, version, 'train', '{}', 'pending', '[]', 1"
                     " from public.chutes where chute_id = %s",
                     job, self.job_chute)
            self.model.jobs[job] = Job(self.job_chute)
        self.lines.append(f"steer {what}")

    def abandon(self):
        """What was never finished is reaped: an issued or claimed config, aged."""
        open_ones = [config for config, known in self.model.configs.items()
                     if known.state in ("issued", "claimed")]
        config = self.some(open_ones[-12:])
        if config is None:
            return
        self.sql("update public.launch_configs set created_at = created_at - interval '3 hours'"
                 " where config_id = %s", config)
        self.sql("update rigger.challenges set expires_at = now() - interval '61 seconds'"
                 " where config_id = %s", config)
        reaped = [row["id"] for row in self.sql("select id from rigger.reap()")]
        assert reaped == [config], (reaped, config)
        self.model.fail(config)
        self.lines.append(f"abandon {config}")

    WEIGHTS = {"issue": 24, "claim": 24, "verify": 16, "activate": 9, "foreign": 2, "delete": 8,
               "create": 8, "patch": 8, "replay": 4, "token_check": 1, "judge_old": 4,
               "steer": 9, "abandon": 2}

    def step(self):
        """One operation."""
        getattr(self, self.chance.choices(list(self.WEIGHTS), list(self.WEIGHTS.values()))[0])()

    def compare(self):
        """What there is is what the model has."""
        there = self.sql(SNAPSHOT)[0]
        model = self.model
        assert there["instances"] == {
            key: [known.miner, known.chute, *known.place, known.active, known.verified,
                  known.config, sorted(known.gpus)]
            for key, known in model.instances.items()}
        assert there["jobs"] == {key: [job.owner, job.instance, job.started, job.finished, job.history]
                                 for key, job in model.jobs.items()}
        assert there["configs"] == {key: config.state for key, config in model.configs.items()}
        assert there["rolling"] == {key: chute.permitted for key, chute in model.chutes.items()
                                    if chute.permitted is not None}
        broken = self.sql("select * from rigger.check_invariants()")
        assert broken == [], f"broken: {broken}"

    def compare_events(self):
        """Everything was told, once and in order."""
        assert {row["instance"]: row["reasons"] for row in self.sql(TOLD)} == self.model.told
