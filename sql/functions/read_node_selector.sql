-- Purpose: reads chutes.node_selector. The only place that does; others write the document, in whatever form
--   the Python service takes.
-- Parameters: chutes.node_selector.
-- Returns: gpu_count, how many GPUs an instance has (1 where nothing is said); min_vram_gb, the least memory
--   of each (null: nothing is said); include, the models that are allowed (null: all); exclude, those that
--   are not; both in lower case. unreadable: the path of the first value that cannot be read (null: all can).
-- Calls: json_integer, json_texts.
-- Tables: none.
create or replace function rigger.read_node_selector(
  p_selector jsonb,
  out gpu_count integer, out min_vram_gb integer, out include text[], out exclude text[],
  out unreadable text)
language plpgsql
immutable
as $$
declare
  v_selector constant jsonb := jsonb_strip_nulls(coalesce(nullif(p_selector, 'null'), '{}'));
begin
  gpu_count := case when v_selector ? 'gpu_count' then rigger.json_integer(v_selector -> 'gpu_count')
               else 1 end;
  min_vram_gb := rigger.json_integer(v_selector -> 'min_vram_gb_per_gpu');
  -- rule: selector.includes_all
  include := nullif(rigger.json_texts(v_selector -> 'include'), '{}');
  exclude := rigger.json_texts(v_selector -> 'exclude');
  -- rule: selector.unreadable
  unreadable := case
    when jsonb_typeof(v_selector) <> 'object' then 'node_selector'
    when gpu_count is null or gpu_count < 1 then 'node_selector.gpu_count'
    when v_selector ? 'min_vram_gb_per_gpu' and min_vram_gb is null then 'node_selector.min_vram_gb_per_gpu'
    when v_selector ? 'include' and rigger.json_texts(v_selector -> 'include') is null
      then 'node_selector.include'
    when v_selector ? 'exclude' and exclude is null then 'node_selector.exclude'
  end;
end
$$;
comment on function rigger.read_node_selector(jsonb) is
  'Reads chutes.node_selector, as the Python service does.';
