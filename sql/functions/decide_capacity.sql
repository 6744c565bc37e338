-- Purpose: the capacity rule: may this miner add an instance to this chute? Binding only where the caller
--   holds the lock on the chute's row, and asks in a statement of its own after taking it.
-- Parameters: the chute, the miner's hotkey.
-- Returns: one row: rule, the branch that allows it (null: none does, and detail says why); whether it takes
--   one off the miner's quota; how many instances there are, and how many that branch allows (null: it sets
--   no number).
-- Tables: instances, capacity_log, rolling_updates (read). Inlined into the calling statement.
create or replace function rigger.decide_capacity(p_chute_id text, p_hotkey text)
returns table (
  rule text, takes_quota boolean, instances_before integer, instances_allowed integer, detail text)
language sql
stable
as $$
  select
    judged.rule,
    judged.rule = 'rolling_quota',
    judged.total,
    case judged.rule
      when 'no_hot_instance' then judged.target + 3
      when 'below_target' then judged.target
    end,
    case
      when judged.rule is null and judged.rolling
        then 'A rolling update is under way and no quota of it is left'
      when judged.rule is null then 'The chute has as many instances as it may have'
    end
  from (
    select
      known.*,
      case
        when known.hot = 0 and known.total <= known.target + 2 then 'no_hot_instance'
        when known.rolling and known.quota > 0 then 'rolling_quota'
        when known.rolling and known.permitted = '{}' then 'rolling_open'
        when known.rolling then null
        when known.total < known.target and (known.total < known.target - 1 or known.mine < known.total)
          then 'below_target'
      end as rule
    from (
      select
        counted.total,
        counted.hot,
        counted.mine,
        target.target,
        u.permitted,
        u.chute_id is not null and counted.total >= target.target - 2 as rolling,
        case
          when jsonb_typeof(u.permitted -> p_hotkey) = 'number'
            then floor((u.permitted ->> p_hotkey)::numeric)
          else 0
        end as quota
      from (
        select
          count(*)::integer as total,
          count(*) filter (where i.active and i.verified) as hot,
          count(*) filter (where i.miner_hotkey = p_hotkey) as mine
        from public.instances i
        where i.chute_id = p_chute_id
      ) as counted
      cross join lateral (
        select coalesce((select l.target_count
                         from public.capacity_log l
                         where l.chute_id = p_chute_id
                         order by l."timestamp" desc
                         limit 1), counted.total) as target
      ) as target
      left join public.rolling_updates u on u.chute_id = p_chute_id
    ) as known
  ) as judged
$$;
comment on function rigger.decide_capacity(text, text) is
  'The capacity rule: which branch allows this miner one more instance of this chute; null: none.';
