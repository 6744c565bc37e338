-- Purpose: reads what a chute declares of one of its jobs, in chutes.jobs. The only place that does; others
--   write the document, in whatever form the Python service takes.
-- Parameters: chutes.jobs, the job's method.
-- Returns: ports, the ports that a pod of the job has to map, beside those of its own services (port_of_pod
--   of each, sorted): none where the document, the job or its ports are absent or null. unreadable: the path
--   of the first value that cannot be read (null: all can).
-- Calls: json_integer, port_of_pod.
-- Tables: none.
create or replace function rigger.read_job_definition(
  p_jobs jsonb, p_method text, out ports text[], out unreadable text)
language plpgsql
immutable
as $$
declare
  v_job record;
begin
  ports := '{}';
  if p_jobs is null or p_jobs = 'null' then
    return;
  end if;
  if jsonb_typeof(p_jobs) <> 'array' then
    unreadable := 'jobs';
    return;
  end if;
  select 'jobs[' || j.place - 1 || '].ports' as path, j.definition -> 'ports' as ports
  into v_job
  from jsonb_array_elements(p_jobs) with ordinality as j (definition, place)
  where j.definition ->> 'name' = p_method
  order by j.place
  limit 1;
  if v_job.ports is null or v_job.ports = 'null' then
    return;
  end if;
  if jsonb_typeof(v_job.ports) <> 'array' then
    unreadable := v_job.path;
    return;
  end if;

  select coalesce(array_agg(distinct d.port order by d.port) filter (where d.number not in (8000, 8001)),
                  '{}'),
         min(v_job.path || '[' || d.place - 1 || ']'
             || case when jsonb_typeof(d.declared) <> 'object' then ''
                     when rigger.port_of_pod('tcp', d.number) is null then '.port'
                     else '.proto' end) filter (where d.port is null)
  into ports, unreadable
  from (
    select p.place, p.declared, rigger.json_integer(p.declared -> 'port') as number,
           case jsonb_typeof(p.declared -> 'proto')
             when 'string' then rigger.port_of_pod(p.declared ->> 'proto',
                                                   rigger.json_integer(p.declared -> 'port'))
           end as port
    from jsonb_array_elements(v_job.ports) with ordinality as p (declared, place)) d;
end
$$;
comment on function rigger.read_job_definition(jsonb, text) is
  'Reads what a chute declares of one of its jobs, in chutes.jobs.';
