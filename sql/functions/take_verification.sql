-- Purpose: hands a worker the next background verification: one that is queued, or whose worker's lease is
--   over. The miner whose turn is the longest ago comes next, and no miner has more under way than the limit
--   verification.of_miner says: silent instances of one keep no other's waiting. The same worker id again
--   gets the same one.
-- Parameters: an id of this turn of the worker, how long it may hold it.
-- Returns: a row, or none: all that the worker needs to know of the instance, what its SDK does
--   (sdk_features), its chute and its GPUs (by device index), and of each kind of the image's files so many
--   challenges as the limit verification.files says. One that cannot be read is in rigger.troubles for a
--   while.
-- Calls: bound_waits, device_info, limit_of, note_trouble, sdk_features.
-- Tables: rigger.verifications (locked, written), rigger.verification_turns, rigger.troubles (written),
--   instances, chutes, instance_nodes, nodes, fs_challenges, rigger.gpu_models, rigger.vetted_addresses
--   (read).
-- Role: rigger_app
create or replace function rigger.take_verification(p_worker_id uuid, p_lease interval)
returns table (
  verification_id bigint, instance_id text, host text, address text, port integer, symmetric_key text,
  miner_hotkey text, holds_key boolean, hides_paths boolean, shows_files boolean,
  code text, filename text, ref_str text, gpus json, challenges json)
language plpgsql
security definer
set search_path = pg_catalog, rigger, pg_temp
set timezone = 'UTC'
as $$
declare
  v_id bigint;
  v_hotkey text;
begin
  perform rigger.bound_waits('lock.waited_slow');
  select v.verification_id
  into v_id
  from rigger.verifications v
  where v.state = 'running'
    -- rule: verification.repeated
    and v.worker_id = p_worker_id;
  if not found then
    -- One worker at a time looks whose turn it is: two would count the same.
    -- rule: verification.turn_lock
    perform pg_advisory_xact_lock(hashtext('rigger.take_verification'));
    select v.verification_id, i.miner_hotkey
    into v_id, v_hotkey
    from rigger.verifications v
    join public.instances i on i.instance_id = v.instance_id
    left join rigger.verification_turns t on t.miner_hotkey = i.miner_hotkey
    where (v.state = 'queued'
           -- rule: verification.worker
           or v.state = 'running' and v.lease_until < now())
      -- rule: verification.of_miner
      and (select count(*)
           from rigger.verifications r
           join public.instances o on o.instance_id = r.instance_id
           where r.state = 'running' and r.worker_id is not null and r.lease_until >= now()
             and o.miner_hotkey = i.miner_hotkey)
          < rigger.limit_of('verification.of_miner')
    -- rule: verification.turn
    order by t.taken_at nulls first,
             -- rule: verification.given_back
             v.started_at nulls first, v.verification_id
    limit 1
    for no key update of v skip locked;
    update rigger.verifications v
    set state = 'running', started_at = clock_timestamp(), lease_until = now() + p_lease,
        worker_id = p_worker_id
    where v.verification_id = v_id;
    insert into rigger.verification_turns as t (miner_hotkey, taken_at)
    select v_hotkey, clock_timestamp()
    where v_id is not null
    on conflict on constraint verification_turns_pkey do update set taken_at = excluded.taken_at;
  end if;

  begin
    return query
    -- The casts: a Chutes database has varchar here, which `return query` does not take for text.
    select v_id, i.instance_id::text, i.host::text, host(a.address), i.port, i.symmetric_key::text,
           i.miner_hotkey::text, s.holds_key, s.hides_paths, s.shows_files, c.code::text, c.filename::text,
           c.ref_str::text, coalesce(g.gpus, '[]'), coalesce(f.challenges, '[]')
    from rigger.verifications v
    join public.instances i on i.instance_id = v.instance_id
    join public.chutes c on c.chute_id = i.chute_id
    left join rigger.vetted_addresses a on a.instance_id = i.instance_id
    cross join lateral rigger.sdk_features(i.chutes_version) s
    cross join lateral (
      select json_agg(json_build_object('uuid', n.uuid, 'device_info', rigger.device_info(n.uuid),
                                        'seed', n.seed, 'iterations', coalesce(m.iterations, 1))
                      order by n.device_index, n.uuid) as gpus
      from public.instance_nodes o
      join public.nodes n on n.uuid = o.node_id
      left join rigger.gpu_models m on m.model = lower(n.gpu_identifier collate "C")
      where o.instance_id = i.instance_id) g
    cross join lateral (
      select json_agg(json_build_object('filename', d.filename, 'offset', d."offset", 'length', d.length,
                                        'expected', d.expected)) as challenges
      from (
        select s.*, row_number() over (partition by s.challenge_type order by random()) as place
        from public.fs_challenges s
        where s.image_id = c.image_id
          and s.filename not like '%.py_'
          and right(s.filename, length(c.filename) + 1) <> '/' || c.filename) d
      -- rule: verification.files
      where d.place <= (select rigger.limit_of('verification.files'))) f
    where v.verification_id = v_id;
    delete from rigger.troubles t where t.duty = 'verifier' and t.item = v_id::text;
  exception
    -- It waits like one that a worker has, and the others get their turn.
    when others then
      update rigger.verifications v
      set worker_id = null,
          -- rule: verification.trouble
          lease_until = rigger.note_trouble('verifier', v_id::text, sqlstate, sqlerrm)
      where v.verification_id = v_id;
  end;
end
$$;
comment on function rigger.take_verification(uuid, interval) is
  'Hands a worker the next background verification.';
