-- Purpose: the capacity rule: may this miner add an instance to this chute? Binding only where the caller
--   holds the lock on the chute's row, and asks in a statement of its own after taking it.
-- Parameters: the chute, the miner's hotkey, the target that Redis told (null: none, the log counts).
-- Returns: rule, the branch that allows it (null: none does, see refusal); whether it takes one off
--   the miner's quota; how many instances there are, and how many that branch allows (null: no number);
--   refusal and its subject.
-- Calls: read_permitted.
-- Tables: instances, capacity_log, rolling_updates, rigger.limits (read: in the statement that counts, which
--   costs less than limit_of does; every request for a token and every claim comes here).
create or replace function rigger.decide_capacity(
  p_chute_id text, p_hotkey text, p_target integer default null,
  out rule text, out takes_quota boolean, out instances_before integer, out instances_allowed integer,
  out refusal text, out subject text)
language plpgsql
stable
as $$
declare
  v_hot integer;
  v_margin integer; -- the limit that applies: beyond the target without a hot instance, else below it
  v_mine integer;
  v_target integer;
  v_permitted record;
begin
  takes_quota := false;
  -- rule: capacity.hot
  select count(*), count(*) filter (where i.active and i.verified),
         count(*) filter (where i.miner_hotkey = p_hotkey),
         case count(*) filter (where i.active and i.verified)
           when 0 then (select t.value from rigger.limits t where t.name = 'capacity.beyond_target')
           else (select t.value from rigger.limits t where t.name = 'capacity.rolling_below_target')
         end
  into instances_before, v_hot, v_mine, v_margin
  from public.instances i
  where i.chute_id = p_chute_id;
  -- rule: capacity.told_target
  v_target := p_target;
  if v_target is null then
    select l.target_count
    into v_target
    from public.capacity_log l
    where l.chute_id = p_chute_id
    -- rule: capacity.newest_target
    order by l."timestamp" desc
    limit 1;
  end if;
  -- rule: capacity.no_target
  v_target := coalesce(v_target, instances_before);
  -- Others write the log; so much or so little is no target, but must not be an overflow
  -- below either.
  -- rule: capacity.huge_target
  v_target := greatest(least(v_target, 1000000000), -1000000000);

  if v_hot = 0 then
    -- rule: capacity.beyond_target
    instances_allowed := v_target + v_margin;
    if instances_before < instances_allowed then
      rule := 'no_hot_instance';
      return;
    end if;
    instances_allowed := null;
  end if;

  -- Where none is hot there are as many as the target here, at least.
  -- rule: capacity.rolling_below_target
  if instances_before >= v_target - v_margin then
    select p.*
    into v_permitted
    from public.rolling_updates u
    cross join lateral rigger.read_permitted(u.permitted, p_hotkey) p
    where u.chute_id = p_chute_id;
    if found then
      if v_permitted.unreadable is not null then
        refusal := 'description_unusable';
        subject := format('%s of chute %s', v_permitted.unreadable, p_chute_id);
      -- rule: capacity.quota
      elsif v_permitted.quota >= 1 then
        rule := 'rolling_quota';
        takes_quota := true;
      elsif v_permitted.open then
        rule := 'rolling_open';
      else
        refusal := 'rolling_update_quota';
      end if;
      return;
    end if;
  end if;

  -- rule: capacity.target
  if instances_before >= v_target then
    refusal := 'chute_full';
  -- rule: capacity.last_place
  elsif instances_before = v_target - 1 and v_mine = instances_before then
    refusal := 'last_place_kept';
  else
    rule := 'below_target';
    instances_allowed := v_target;
  end if;
end
$$;
comment on function rigger.decide_capacity(text, text, integer) is
  'The capacity rule: which branch allows this miner one more instance of this chute; null: none.';
