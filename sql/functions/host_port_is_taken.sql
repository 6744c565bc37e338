-- Purpose: whether an instance is at this host and port. An answer before the instance is written spares the
--   work; the unique constraint that place_instance meets has the last word.
-- Parameters: the host in any case, the port.
-- Returns: boolean.
-- Tables: instances (read).
create or replace function rigger.host_port_is_taken(p_host text, p_port integer)
returns boolean
language plpgsql
stable
as $$
declare
  -- rule: host_port.case
  v_host constant text := lower(p_host collate "C");
begin
  return exists (select from public.instances i where i.host = v_host and i.port = p_port);
end
$$;
comment on function rigger.host_port_is_taken(text, integer) is
  'Whether an instance is at this host and port.';
