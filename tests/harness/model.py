"""What the wire contract says, as a small model: what each request is answered with,
and what there is afterwards."""

from dataclasses import dataclass, field

SLOTS = 15  # hotkeys that may race for one job


@dataclass
class Chute:
    """A chute; permitted: quotas of a rolling update, None where there is none."""
    gpu_count: int
    target: int
    old: bool = False
    permitted: dict | None = None


@dataclass
class Job:
    """A job."""
    chute: str
    owner: str | None = None
    instance: str | None = None
    started: bool = False
    finished: bool = False
    history: list = field(default_factory=list)


@dataclass
class Config:
    """A launch config; state: issued, claimed, verified, failed."""
    miner: str
    chute: str
    job: str | None
    state: str = "issued"
    verified: bool = False
    instance: str | None = None


@dataclass
class Instance:
    """An instance; queue: how many background verifications it was given, open:
    whether one is not finished."""
    miner: str
    chute: str
    gpus: tuple
    place: tuple  # host and port
    config: str | None = None
    active: bool = False
    verified: bool = False
    queued: int = 0
    open: bool = False


class Model:
    """All of it. Every method returns the status that is due, and changes what that answer changes."""

    def __init__(self, miners, hosts):
        self.gpus = miners  # hotkey: its GPUs
        self.hosts = hosts  # hotkey: where they were verified
        self.chutes, self.jobs, self.configs, self.instances = {}, {}, {}, {}
        self.blacklisted, self.told = set(), {}

    def say(self, instance, *reasons):
        """Events of an instance, in order."""
        self.told.setdefault(instance, []).extend(reasons)

    def capacity(self, chute_id, miner):
        """(whether one more is allowed, whether it costs the miner's quota)."""
        chute = self.chutes[chute_id]
        there = [instance for instance in self.instances.values() if instance.chute == chute_id]
        hot = sum(instance.active and instance.verified for instance in there)
        mine = sum(instance.miner == miner for instance in there)
        if hot == 0 and len(there) <= chute.target + 2:
            return True, False
        if chute.permitted is not None and len(there) >= chute.target - 2:
            quota = chute.permitted.get(miner, 0) > 0
            return quota or not chute.permitted, quota
        if len(there) >= chute.target:
            return False, False
        return not (len(there) == chute.target - 1 and mine == len(there)), False

    def check_gpus(self, miner, chute_id, gpus, host):
        """The status of a set of GPUs that are said to be on a host."""
        wanted = list(dict.fromkeys(gpus))
        if len(wanted) != self.chutes[chute_id].gpu_count:
            return 400
        in_use = {gpu for instance in self.instances.values() for gpu in instance.gpus}
        for gpu in wanted:
            if gpu not in self.gpus[miner]:
                return 404
            if gpu in in_use:
                return 409
            if self.hosts[miner] != host:
                return 400
        return 200

    def is_taken(self, place):
        """Whether an instance has this host and port."""
        return any(instance.place == place for instance in self.instances.values())

    def place(self, instance_id, instance, takes_quota):
        """A new instance."""
        self.instances[instance_id] = instance
        if takes_quota:
            self.chutes[instance.chute].permitted[instance.miner] -= 1
        self.say(instance_id, "instance_created")

    def remove(self, instance_id, by_miner=False):
        """An instance goes; a job that runs ends with it, as does each where the miner gave it up; others
        are free."""
        del self.instances[instance_id]
        self.say(instance_id, "instance_deleted")
        for job in self.jobs.values():
            if job.instance == instance_id:
                job.instance = None
                if job.started or by_miner:
                    job.finished = True
                else:
                    job.owner = None

    def fail(self, config_id):
        """A config fails, and its instance goes."""
        config = self.configs[config_id]
        config.state = "failed"
        if config.instance in self.instances:
            self.remove(config.instance)

    def issue(self, config_id, miner, chute_id, job_id):
        """GET launch_config; config_id is what a 200 brings."""
        if miner in self.blacklisted:
            return 403
        if chute_id not in self.chutes:
            return 404
        if job_id is None:
            if not self.capacity(chute_id, miner)[0]:
                return 423
        else:
            job = self.jobs.get(job_id)
            if job is None or job.chute != chute_id:
                return 404
            if job.finished:
                return 409
            if miner in job.history:
                return 403
            if len(job.history) >= SLOTS:
                return 423
            job.history.append(miner)
        self.configs[config_id] = Config(miner, chute_id, job_id)
        return 200

    def claim(self, config_id, instance_id, gpus, place, is_client, extra_ports):
        """POST launch_config; is_client: the request comes from that host;
        extra_ports: ports that no job declares."""
        config = self.configs[config_id]
        if config.state != "issued":
            return 401
        if config.miner in self.blacklisted:
            return 403
        allowed, takes_quota = self.capacity(config.chute, config.miner)
        if config.job is None and not allowed:
            return 423
        if self.is_taken(place):
            return 409
        status, job = 200, self.jobs.get(config.job)
        if job is not None and not is_client:
            return 400
        if job is not None:
            takes_quota = False
            if job.finished or job.instance is not None or job.owner not in (None, config.miner):
                status = 409
            elif extra_ports:
                status = 403
        if status == 200:
            status = self.check_gpus(config.miner, config.chute, gpus, place[0])
        if status != 200:
            self.fail(config_id)
            return status
        config.state, config.instance = "claimed", instance_id
        if job is not None:
            job.owner, job.instance = config.miner, instance_id
        self.place(instance_id, Instance(config.miner, config.chute, tuple(dict.fromkeys(gpus)),
                                         place, config_id), takes_quota)
        return 200

    def verify(self, config_id, good, late=False, well_formed=True):
        """PUT launch_config."""
        config = self.configs[config_id]
        if config.state == "issued":
            return 409
        if config.verified:
            return 400
        if config.state == "failed":
            return 409 if config.instance is None else 403
        if config.instance not in self.instances:
            self.fail(config_id)
            return 404
        if late:
            self.fail(config_id)
            return 403
        if not well_formed:
            return 422
        if not good:
            self.fail(config_id)
            return 403
        config.state, config.verified = "verified", True
        self.instances[config.instance].verified = True
        if config.job is not None:
            self.jobs[config.job].started = True
        self.say(config.instance, "instance_verified", "instance_hot")
        return 200

    def activate(self, config_id):
        """GET activate."""
        config = self.configs[config_id]
        if not config.verified:
            return 403
        if config.instance not in self.instances:
            return 404
        if config.state == "failed" or config.miner in self.blacklisted:
            return 403
        instance = self.instances[config.instance]
        if not instance.active:
            instance.active = True
            self.say(config.instance, "instance_activated")
        return 200

    def delete(self, miner, chute_id, instance_id):
        """DELETE of an instance."""
        if miner in self.blacklisted:
            return 403
        instance = self.instances.get(instance_id)
        if instance is None or instance.miner != miner or instance.chute != chute_id:
            return 404
        self.remove(instance_id, by_miner=True)
        return 200

    def create(self, instance_id, miner, chute_id, gpus, place):
        """POST of an instance."""
        if miner in self.blacklisted:
            return 403
        chute = self.chutes.get(chute_id)
        if chute is None:
            return 404
        if not chute.old:
            return 400
        if self.is_taken(place):
            return 409
        allowed, takes_quota = self.capacity(chute_id, miner)
        if not allowed:
            return 423
        status = self.check_gpus(miner, chute_id, gpus, place[0])
        if status != 200:
            return status
        self.place(instance_id, Instance(miner, chute_id, tuple(dict.fromkeys(gpus)), place), takes_quota)
        return 202

    def patch(self, miner, chute_id, instance_id, active):
        """PATCH of an instance."""
        if miner in self.blacklisted:
            return 403
        if not active:
            return 400
        instance = self.instances.get(instance_id)
        if instance is None or instance.miner != miner or instance.chute != chute_id \
                or instance.config is not None:
            return 404
        if not (instance.active and instance.verified) and not instance.open:
            if instance.queued >= 6:
                return 429
            instance.queued += 1
            instance.open = True
        if not instance.active:
            instance.active = True
            self.say(instance_id, "instance_activated")
        return 200

    def judge_old(self, instance_id, passed):
        """The background verification of an instance is over."""
        instance = self.instances[instance_id]
        if passed and not instance.verified:
            self.say(instance_id, "instance_verified", "instance_hot")
        instance.verified, instance.open = passed, False

    def evict(self, instance_id):
        """An administrator takes an instance away."""
        config = self.instances[instance_id].config
        if config is not None and self.configs[config].state != "failed":
            self.fail(config)
        else:
            self.remove(instance_id)
