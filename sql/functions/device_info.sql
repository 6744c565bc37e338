-- Purpose: what a proof-of-work provider is told about a GPU.
-- Parameters: the GPU.
-- Returns: JSON (not jsonb, which would reorder the keys) of the columns that are not null; null for an
--   unknown GPU.
-- Tables: nodes (read).
create or replace function rigger.device_info(p_gpu_uuid text)
returns json
language sql
stable
as $$
  select json_strip_nulls(json_build_object(
    'uuid', n.uuid,
    'name', n.name,
    'memory', n.memory,
    'major', n.major,
    'minor', n.minor,
    'processors', n.processors,
    'sxm', n.sxm,
    'clock_rate', n.clock_rate,
    'max_threads_per_processor', n.max_threads_per_processor,
    'concurrent_kernels', n.concurrent_kernels,
    'ecc', n.ecc))
  from public.nodes n
  where n.uuid = p_gpu_uuid
$$;
comment on function rigger.device_info(text) is 'What a proof-of-work provider is told about a GPU, as JSON.';
