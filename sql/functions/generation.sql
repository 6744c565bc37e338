-- Purpose: says which generation of the Chutes schema the database has, told column by column, and whether
--   Rigger serves it. `rigger migrate` asks before it makes anything, so this needs nothing of ours.
-- Parameters: none.
-- Returns: generation: own (the tables are Rigger's, or not there yet), 2025-08 (of August 2025), 2025-09
--   (with the columns of billing), 2026 (with columns that came later); unserved: why it is not to be served,
--   null: it is; may_be_accepted: whether an administrator may have it served all the same, which is not so
--   where an insert of ours would fail.
-- Tables: none but PostgreSQL's own.
create or replace function rigger.generation(
  out generation text, out unserved text, out may_be_accepted boolean)
language plpgsql
stable
as $$
declare
  v_marks text;
  v_unfilled text;
begin
  select k.generation, string_agg(format('%s.%s', k.relation, a.attname), ', ' order by k.relation, a.attname)
  into generation, v_marks
  from (values
      ('2025-09', 'instances', array['activated_at', 'billed_to', 'compute_multiplier', 'hourly_rate',
                                     'stop_billing_at']),
      ('2026', 'instances', array['bounty', 'deployment_id', 'env_creation', 'extra', 'inspecto',
                                  'rint_commitment', 'rint_nonce', 'rint_pubkey', 'rint_session_key',
                                  'server_id', 'storage_revocation_epoch']),
      ('2026', 'launch_configs', array['completed_at', 'compute_type', 'env_type', 'nonce', 'server_id',
                                       'user_id'])
    ) as k (generation, relation, columns)
  join pg_catalog.pg_attribute a
    on a.attrelid = to_regclass('public.' || k.relation)
   and a.attname = any (k.columns)
   and not a.attisdropped
  group by k.generation
  order by k.generation desc
  limit 1;

  -- Of the tables that we insert into, the columns that must be filled and that our inserts leave out.
  select string_agg(format('%s.%s', k.relation, a.attname), ', ' order by k.relation, a.attname)
  into v_unfilled
  from (values
      ('launch_configs', array['config_id', 'seed', 'env_key', 'chute_id', 'job_id', 'miner_uid',
                               'miner_hotkey', 'miner_coldkey', 'created_at']),
      ('instances', array['instance_id', 'host', 'port', 'chute_id', 'version', 'miner_uid', 'miner_hotkey',
                          'miner_coldkey', 'region', 'active', 'verified', 'created_at',
                          'consecutive_failures', 'chutes_version', 'symmetric_key', 'config_id',
                          'port_mappings']),
      ('instance_nodes', array['instance_id', 'node_id']),
      ('capacity_log', array['chute_id', 'timestamp', 'target_count', 'instance_count', 'action_taken'])
    ) as k (relation, columns)
  join pg_catalog.pg_attribute a
    on a.attrelid = to_regclass('public.' || k.relation)
   and a.attnum > 0
   and a.attnotnull
   and not a.atthasdef
   and a.attidentity = ''
   and not a.attisdropped
   and a.attname <> all (k.columns);

  if generation is null then
    generation := case
      when to_regclass('public.launch_configs') is null
           -- The first migration writes this to the tables that it makes.
           or pg_catalog.obj_description(to_regclass('public.launch_configs'), 'pg_class')
              like '%Made by Rigger.' then 'own'
      else '2025-08'
    end;
  end if;
  if v_unfilled is not null then
    unserved := format('it is of generation %s, and columns that Rigger does not fill must not be null: %s',
                       generation, v_unfilled);
    may_be_accepted := false;
  elsif v_marks is not null then
    unserved := format('it is of generation %s, and Rigger does not fill %s: nobody would be billed or paid'
                       ' for what it activates', generation, v_marks);
    may_be_accepted := true;
  end if;
end
$$;
comment on function rigger.generation() is
  'Which generation of the Chutes schema the database has, and why it is not to be served.';
