-- Purpose: answers what it was asked.
-- Role: rigger_app
create or replace function rigger.echo_values(
  p_text text, p_uuid uuid, p_json json, p_jsonb jsonb, p_interval interval, p_inet inet,
  p_timestamptz timestamptz, p_numeric numeric, p_integer integer, p_bigint bigint, p_boolean boolean,
  p_bytea bytea,
  out text text, out uuid uuid, out json json, out jsonb jsonb, out span interval, out inet inet,
  out timestamptz timestamptz, out number numeric, out small integer, out large bigint, out yes boolean,
  out bytes text)
language sql
security definer
as $$
  select p_text, p_uuid, p_json, p_jsonb, p_interval, p_inet, p_timestamptz, p_numeric, p_integer, p_bigint,
         p_boolean, p_bytea::text
$$;
