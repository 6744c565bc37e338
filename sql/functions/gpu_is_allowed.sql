-- Purpose: whether a node selector allows a GPU model: among `include` (none given: all), not among
--   `exclude`, with enough memory (where it says nothing of it, the limit gpu.memory). A model that
--   rigger.gpu_models does not know is never allowed.
-- Parameters: the model in any case; chutes.node_selector.
-- Returns: boolean.
-- Calls: limit_of.
-- Tables: rigger.gpu_models (read).
create or replace function rigger.gpu_is_allowed(p_model text, p_selector jsonb)
returns boolean
language sql
stable
as $$
  select exists (
    select
    from rigger.gpu_models m
    where m.model = lower(p_model collate "C")
      -- rule: gpu.memory
      and m.memory_gb >= coalesce((p_selector ->> 'min_vram_gb_per_gpu')::numeric,
                                  (select rigger.limit_of('gpu.memory')))
      and case
            -- rule: gpu.included
            when jsonb_typeof(p_selector -> 'include') = 'array' and p_selector -> 'include' <> '[]'
              then lower((p_selector -> 'include')::text collate "C")::jsonb ? m.model
            else true
          end
      and case
            -- rule: gpu.excluded
            when jsonb_typeof(p_selector -> 'exclude') = 'array'
              then not lower((p_selector -> 'exclude')::text collate "C")::jsonb ? m.model
            else true
          end
  )
$$;
comment on function rigger.gpu_is_allowed(text, jsonb) is 'Whether a node selector allows a GPU model.';
