-- Purpose: whether a claimant may have the job of a launch config. Binding only where the caller holds the
--   lock on the job, and asks in a statement of its own after taking it.
-- Parameters: the job, the chute and what it declares of its jobs, the miner, the pod's port mappings.
-- Returns: refusal and its subject; null: it may.
-- Calls: read_job_definition, job_ports, port_of_pod.
-- Tables: jobs (read).
create or replace function rigger.check_job(
  p_job_id text, p_chute_id text, p_declared_jobs jsonb, p_hotkey text, p_port_mappings jsonb,
  out refusal text, out subject text)
language plpgsql
as $$
declare
  v_job record;
  v_declared record;
  v_mapped text[];
begin
  select j.method, j.instance_id, j.miner_hotkey, j.finished_at
  into v_job
  from public.jobs j
  where j.job_id = p_job_id;

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

  select * into v_declared from rigger.read_job_definition(p_declared_jobs, v_job.method);
  v_mapped := array(
    select distinct rigger.port_of_pod(mapping ->> 'proto', (mapping ->> 'internal_port')::integer)
    from rigger.job_ports(p_port_mappings) as mapping
    order by 1);
  -- rule: job.unreadable
  if v_declared.unreadable is not null then
    refusal := 'description_unusable';
    subject := format('%s of chute %s', v_declared.unreadable, p_chute_id);
  -- rule: job.ports
  elsif v_declared.ports <> v_mapped then
    refusal := 'job_ports_differ';
  end if;
end
$$;
comment on function rigger.check_job(text, text, jsonb, text, jsonb) is
  'Whether a claimant may have the job of a launch config; takes no lock.';
