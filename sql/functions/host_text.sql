-- Purpose: a host in the one spelling that Rigger writes and compares: an IPv6 address in canonical text, all
--   else in lower case. Others write what they were given, so what stands in a table is to be asked for its
--   host_text, too.
-- Parameters: the host, whatever it is.
-- Returns: text; null for null.
-- Tables: none.
create or replace function rigger.host_text(p_host text)
returns text
language plpgsql
immutable
as $$
begin
  -- Only what looks like an IPv6 address: inet takes more than hosts are ("10", "::/8").
  -- rule: host.ipv6
  if p_host ~ '^[0-9A-Fa-f:.]{2,45}$' and position(':' in p_host) > 0 then
    begin
      return host(p_host::inet);
    exception
      when invalid_text_representation then
        null; -- It is none after all.
    end;
  end if;
  -- rule: host.case
  return lower(p_host collate "C");
end
$$;
comment on function rigger.host_text(text) is
  'A host in the one spelling that Rigger writes and compares: canonical IPv6, else lower case.';
