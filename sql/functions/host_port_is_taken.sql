-- Purpose: whether an instance is at this host and port, however it is spelled. An answer before the instance
--   is written spares the work; the unique constraint that place_instance meets has the last word, on the
--   spelling that Rigger writes.
-- Parameters: the host in any spelling, the port.
-- Returns: boolean.
-- Calls: host_text.
-- Tables: instances (read).
create or replace function rigger.host_port_is_taken(p_host text, p_port integer)
returns boolean
language plpgsql
stable
as $$
declare
  v_host constant text := rigger.host_text(p_host);
begin
  -- rule: host_port.same
  return exists (select from public.instances i where i.host = v_host and i.port = p_port)
    -- By the index of hosts that others spelled otherwise, which are few.
    -- rule: host_port.spelling
    or exists (select from public.instances i
               where i.port = p_port
                 and i.host collate "C" ~ '[A-Z:]'
                 and rigger.host_text(i.host) = v_host);
end
$$;
comment on function rigger.host_port_is_taken(text, integer) is
  'Whether an instance is at this host and port, however it is spelled.';
