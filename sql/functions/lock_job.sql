-- Purpose: locks the job of a launch config and checks whether the claimant may have it. Writes nothing.
-- Parameters: the job, the chute's declaration of its jobs, the miner, the pod's port mappings.
-- Returns: refusal; null: it may.
-- Calls: job_ports.
-- Tables: jobs (locked).
create or replace function rigger.lock_job(
  p_job_id text, p_declared_jobs jsonb, p_hotkey text, p_port_mappings jsonb,
  out refusal text)
language plpgsql
as $$
declare
  v_job record;
  v_declared text[];
  v_mapped text[];
begin
  select j.method, j.instance_id, j.miner_hotkey, j.finished_at
  into v_job
  from public.jobs j
  where j.job_id = p_job_id
  for no key update;

  if not found then
    refusal := 'job_not_found';
    return;
  end if;
  -- rule: job.over
  if v_job.finished_at is not null then
    refusal := 'job_finished';
    return;
  end if;
  -- rule: job.taken
  if v_job.instance_id is not null or v_job.miner_hotkey <> p_hotkey then
    refusal := 'job_taken';
    return;
  end if;

  v_declared := array(
    select distinct concat_ws(' ', lower(port ->> 'proto'), port ->> 'port')
    from jsonb_path_query(p_declared_jobs, '$[*] ? (@.name == $method).ports[*]',
                          jsonb_build_object('method', v_job.method)) as port
    order by 1);
  v_mapped := array(
    select distinct concat_ws(' ', lower(mapping ->> 'proto'), mapping ->> 'internal_port')
    from rigger.job_ports(p_port_mappings) as mapping
    order by 1);
  -- rule: job.ports
  if v_declared <> v_mapped then
    refusal := 'job_ports_differ';
  end if;
end
$$;
comment on function rigger.lock_job(text, jsonb, text, jsonb) is
  'Locks the job of a launch config and checks whether the claimant may have it; assigns nothing.';
