-- The rows of rigger.limits: each limit that functions and views apply, once. A new one gets its initial
-- value. One that is there keeps the value that an administrator gave it; what nobody changed follows the
-- initial value, and all else is written anew. One that no longer stands here goes. Runs before the trigger
-- that lets nothing but values be changed.

with wanted (name, initial, unit, minimum, maximum, purpose) as (
  values
    ('token.lifetime', 7200, 'seconds', 60, 86400,
     'How long a launch token is good. A launch config that is not claimed by then fails.'),
    ('claim.challenge_stored_within', 60, 'seconds', 5, 3600,
     'How long after a claim its challenge may take to be made, but for claims that wait for GraVal.'
     ' Then the launch config fails.'),
    ('claim.hosts_refused', 10, 'claims', 1, 1000,
     'How many claims of a launch config may be refused for their host. Then it fails.'),
    ('challenge.time_factor', 2.15, 'factor', 1, 100,
     'The time limit of a challenge, as a multiple of what rigger.gpu_models estimates for an honest GPU.'),
    ('challenge.grace', 60, 'seconds', 0, 3600,
     'How long after the time limit of a challenge its launch config fails, if no attempt is under way.'),
    ('proof.pause', 60, 'seconds', 0, 86400,
     'How long after a failed proof of work its miner may not have that GPU; twice as long with each further'
     ' one. 0: no pause.'),
    ('proof.pause_most', 3600, 'seconds', 0, 604800, 'How long such a pause may get.'),
    ('proof.remembered', 604800, 'seconds', 3600, 31536000,
     'How long failed proofs of work of a GPU count, if no good one comes.'),
    ('instance.verified_within', 3600, 'seconds', 10, 604800,
     'How long an instance of an old SDK may stay unverified. Then it is removed.'),
    ('signature.remembered', 1200, 'seconds', 1200, 604800,
     'How long a used signature is remembered: twice as long as a signature is good, at least.'),
    ('capacity.beyond_target', 3, 'instances', 0, 1000,
     'How many instances a chute may have beyond its target while none of them is hot.'),
    ('capacity.rolling_below_target', 2, 'instances', 0, 1000,
     'From how many instances below its target on a rolling update decides who may launch.'),
    ('target.told', 3700, 'seconds', 1, 604800,
     'How long a target that an administrator set stands in Redis, since it was set: as long as one of the '
     'network''s autoscaler.'),
    ('job.hotkeys', 15, 'hotkeys', 1, 1000, 'How many hotkeys may try one job.'),
    ('gpu.memory', 16, 'GB', 1, 10000,
     'The least memory of a GPU, for a chute whose node selector names none.'),
    ('verification.count', 6, 'verifications', 1, 1000,
     'How many background verifications of one instance may be queued within verification.period.'),
    ('verification.period', 600, 'seconds', 1, 86400, 'The period that verification.count is counted over.'),
    ('verification.of_miner', 1, 'verifications', 1, 1000,
     'How many background verifications may be under way for one miner at a time.'),
    ('verification.files', 10, 'files', 1, 1000,
     'How many files of each kind an instance of an old SDK is asked for in one verification.'),
    ('events.taken', 10000, 'rows', 1, 100000, 'How many events a consumer is handed at once.'),
    ('events.acknowledged_within', 60, 'seconds', 1, 3600,
     'How long a consumer may take to acknowledge events. Then they are handed out again.'),
    ('events.pruned', 10000, 'rows', 1, 100000, 'How many old events one call of prune_events() deletes.'),
    ('reaper.taken', 500, 'rows', 1, 100000,
     'How many launch configs, and how many instances, one call of reap() takes.'),
    ('lock.waited_fast', 300, 'milliseconds', 10, 60000,
     'How long a request that needs the database alone waits for one lock that somebody else holds. Then it '
     'is answered 503.'),
    ('lock.waited_slow', 1000, 'milliseconds', 10, 60000,
     'How long a claim, a verification, the announcing of an instance, the background and a command of an '
     'administrator wait for one lock.'),
    ('reaper.lag', 60, 'seconds', 1, 3600,
     'How long the reaper may take to come round. What is overdue for longer is a broken promise.')
), written as (
  insert into rigger.limits as l (name, value, initial, unit, minimum, maximum, purpose)
  select w.name, w.initial, w.initial, w.unit, w.minimum, w.maximum, w.purpose
  from wanted w
  on conflict (name) do update
  set value = case l.value when l.initial then excluded.initial else l.value end, initial = excluded.initial,
      unit = excluded.unit, minimum = excluded.minimum, maximum = excluded.maximum, purpose = excluded.purpose
)
delete from rigger.limits l
where l.name <> all (select w.name from wanted w);
