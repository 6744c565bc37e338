-- Purpose: a port inside a pod as text that compares: its transport and its number. "http" is TCP: a job may
--   declare it, and miners publish and announce TCP.
-- Parameters: the protocol as a job declares it or a pod maps it, in any case; the port.
-- Returns: "tcp 9000" or "udp 9000"; null for another protocol and for what is no port.
-- Tables: none.
create or replace function rigger.port_of_pod(p_proto text, p_port integer)
returns text
language sql
immutable
as $$
  select case lower(p_proto collate "C")
           when 'tcp' then 'tcp '
           -- rule: port.http
           when 'http' then 'tcp '
           when 'udp' then 'udp '
         end || case when p_port between 1 and 65535 then p_port end
$$;
comment on function rigger.port_of_pod(text, integer) is
  'A port inside a pod as text that compares, "tcp 9000"; http is TCP.';
