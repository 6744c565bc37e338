-- Purpose: the port mappings that belong to a job: all but those of the pod's own services (8000 and 8001).
-- Parameters: a JSON list of port mappings, or null.
-- Returns: one row per mapping, in their order.
-- Tables: none.
create or replace function rigger.job_ports(p_port_mappings jsonb)
returns setof jsonb
language sql
immutable
as $$
  select element.mapping
  from jsonb_array_elements(p_port_mappings) with ordinality as element (mapping, place)
  where (element.mapping ->> 'internal_port')::integer not in (8000, 8001)
  order by element.place
$$;
comment on function rigger.job_ports(jsonb) is
  'Port mappings other than those of the pod''s own services (8000, 8001).';
