-- Purpose: asks the capacity rule for the place of one more instance. Binding only where the caller holds the
--   lock on the chute.
-- Parameters: the chute, the miner's hotkey, the job (null: none), which needs no capacity, and the
--   target that Redis told (null: none).
-- Returns: refusal and its subject; or the record of the place, which place_instance completes and writes.
-- Calls: decide_capacity.
-- Tables: those of decide_capacity.
create or replace function rigger.find_place(
  p_chute_id text, p_hotkey text, p_job_id text, p_target integer,
  out refusal text, out subject text, out placement rigger.placements)
language plpgsql
as $$
begin
  select c.rule, c.takes_quota, c.instances_before, c.instances_allowed, c.refusal, c.subject
  into placement.rule, placement.quota_taken, placement.instances_before, placement.instances_allowed,
       refusal, subject
  from rigger.decide_capacity(p_chute_id, p_hotkey, p_target) c;
  placement.chute_id := p_chute_id;
  placement.miner_hotkey := p_hotkey;
  -- rule: capacity.job
  if p_job_id is not null then
    placement.rule := 'job';
    placement.quota_taken := false;
    placement.instances_allowed := null;
    refusal := null;
    subject := null;
  end if;
end
$$;
comment on function rigger.find_place(text, text, text, integer) is
  'Asks the capacity rule for the place of one more instance of this chute, by this miner, for this job.';
