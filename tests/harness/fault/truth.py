"""Whether what the load was told is true, and whether everything there is has an explanation."""

REASONS_OF_TIME = {"token_expired", "challenge_not_stored", "challenge_unanswered", "proof_late",
                   "instance_gone_unverified", "instance_gone_unchallenged", "never_verified"}
REASON_OF_DELETION = "miner initialized"

LAUNCHES = """
select l.config_id, l.miner_hotkey, l.chute_id, l.retrieved_at is not null as claimed,
  l.verified_at is not null as verified, l.failed_at is not null as failed, l.verification_error,
  p.instance_id, p.verified_at is not null as placed_verified, p.activated_at is not null as ever_active,
  p.removed_at is not null as removed,
  i.instance_id is not null as there, i.active, i.verified as instance_verified, i.symmetric_key,
  c.config_id is not null as challenged, a.deleted_at is not null as deleted, a.deletion_reason,
  (select array_agg(n.node_id::text) from public.instance_nodes n where n.instance_id = i.instance_id) as gpus
from public.launch_configs l
left join rigger.placements p on p.config_id = l.config_id and p.undone_at is null
left join public.instances i on i.instance_id = p.instance_id
left join public.instance_audit a on a.instance_id = p.instance_id
left join rigger.challenges c on c.config_id = l.config_id
"""
OLD = """
select p.instance_id, p.miner_hotkey, i.instance_id is not null as there, a.deleted_at is not null as deleted,
  a.deletion_reason,
  (select array_agg(n.node_id::text) from public.instance_nodes n where n.instance_id = i.instance_id) as gpus
from rigger.placements p
left join public.instances i on i.instance_id = p.instance_id
left join public.instance_audit a on a.instance_id = p.instance_id
where p.config_id is null
"""
FAILURES = "select code, public_text from rigger.refusals"


class Truth:
    """One comparison; `untrue` and `unexplained` are lines about what does not fit."""

    def __init__(self, postgres, load):
        self.load = load
        self.untrue, self.unexplained = [], []
        self.launches = {row["config_id"]: row for row in postgres.execute(LAUNCHES)}
        self.old = {row["instance_id"]: row for row in postgres.execute(OLD)}
        texts = {row["code"]: row["public_text"] for row in postgres.execute(FAILURES)}
        self.of_time = {texts[code] for code in REASONS_OF_TIME}
        self.unchallenged = texts["challenge_not_stored"]

    def compare(self):
        """Every life, and then what belongs to none."""
        for life in self.load.record.lives:
            if life.old:
                self.old_life(life)
            else:
                self.life(life)
        self.strangers()
        return self

    def ran_out(self, life, reason):
        """Whether that is why a launch may have failed: its time was over, where time is part of the fault;
        or the claim broke off, and the reaper found it without a challenge."""
        return reason is not None and (self.load.time_goes and reason in self.of_time
                                       or "claim" in life.open - life.told and reason == self.unchallenged)

    def hold(self, condition, text, *about):
        """What was answered is so."""
        if not condition:
            self.untrue.append(f"{text}: " + ", ".join(map(str, about)))

    def explain(self, condition, text, *about):
        """What is so was asked for."""
        if not condition:
            self.unexplained.append(f"{text}: " + ", ".join(map(str, about)))

    def life(self, life):
        """A launch."""
        row = self.launches.get(life.config)
        if "token" in life.told:
            self.hold(row is not None, "a token without a config", life)
        if row is None:
            return
        self.hold((row["miner_hotkey"], row["chute_id"]) == (life.hotkey, life.chute),
                  "the config is another's", life, row)
        out = row["failed"] and self.ran_out(life, row["verification_error"])
        if "claim" in life.told:
            self.hold(row["claimed"] and row["challenged"] and row["instance_id"] or out,
                      "claimed, but not so", life, row)
            self.hold(not row["there"] or row["gpus"] == [life.gpu], "the GPU is not its own", life, row)
            self.hold(not row["there"] or life.key is None or row["symmetric_key"] == life.key,
                      "the key is another", life, row)
        if "verify" in life.told:
            self.hold(row["verified"] and row["placed_verified"] and not row["failed"],
                      "verified, but not so", life, row)
            self.hold(not row["there"] or row["instance_verified"], "its instance is not verified", life, row)
        if "activate" in life.told:
            self.hold(row["ever_active"] and (not row["there"] or row["active"]),
                      "activated, but not so", life, row)
        self.gone(life, row)
        for step, state in (("claim", row["claimed"]), ("verify", row["verified"]),
                            ("activate", row["ever_active"])):
            self.explain(not state or step in life.asked, f"nobody asked to {step}", life, row)
        self.explain(not row["failed"] or out, "failed", life, row)

    def gone(self, life, row):
        """Deleted or not, and why."""
        if "delete" in life.told:
            self.hold(not row["there"] and row["deleted"] and row["deletion_reason"] == REASON_OF_DELETION
                      or self.ran_out(life, row["deletion_reason"]),
                      "deleted, but not so", life, row)
        elif row["deleted"]:
            self.explain("delete" in life.asked or self.ran_out(life, row["deletion_reason"]),
                         "deleted", life, row)

    def old_life(self, life):
        """An instance of an old SDK."""
        if life.instance is None:
            return
        row = self.old.get(life.instance)
        self.hold(row is not None, "announced, but not there", life)
        if row is None:
            return
        self.hold(not row["there"] or row["gpus"] == [life.gpu], "the GPU is not its own", life, row)
        self.gone(life, row)

    def strangers(self):
        """What no answer told of: at most as much as there were requests without an answer."""
        for config in self.load.probed:
            self.hold(config in self.launches, "a token without a config", config)
        told = {life.config for life in self.load.record.lives} | set(self.load.probed)
        strange = [config for config in self.launches if config not in told]
        unknown = self.load.record.tokens_unknown + self.load.probed_in_vain
        self.explain(len(strange) <= unknown, f"{len(strange)} configs that nobody was told of, and"
                     f" {unknown} requests without an answer", strange[:5])
        for config in strange:
            self.explain(not self.launches[config]["claimed"], "claimed by nobody", self.launches[config])
        announced = {life.instance for life in self.load.record.lives if life.old}
        silent = sum(life.old and life.instance is None and "create" in life.asked
                     for life in self.load.record.lives)
        strange = [instance for instance in self.old if instance not in announced]
        self.explain(len(strange) <= silent, "instances that nobody was told of", strange[:5])
