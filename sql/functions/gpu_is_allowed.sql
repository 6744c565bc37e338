-- Purpose: whether a node selector allows a GPU model: among `include` (none given: all), not among
--   `exclude`, with enough memory (where it says nothing of it, the limit gpu.memory). A model that
--   rigger.gpu_models does not know is never allowed, nor any by a selector that cannot be read.
-- Parameters: the model in any case; chutes.node_selector.
-- Returns: boolean.
-- Calls: read_node_selector, limit_of.
-- Tables: rigger.gpu_models (read).
create or replace function rigger.gpu_is_allowed(p_model text, p_selector jsonb)
returns boolean
language sql
stable
as $$
  select exists (
    select
    from rigger.read_node_selector(p_selector) s
    join rigger.gpu_models m on m.model = lower(p_model collate "C")
    where s.unreadable is null
      -- rule: gpu.memory
      and m.memory_gb >= coalesce(s.min_vram_gb, (select rigger.limit_of('gpu.memory')))
      -- rule: gpu.included
      and (s.include is null or m.model = any (s.include))
      -- rule: gpu.excluded
      and (s.exclude is null or m.model <> all (s.exclude))
  )
$$;
comment on function rigger.gpu_is_allowed(text, jsonb) is 'Whether a node selector allows a GPU model.';
