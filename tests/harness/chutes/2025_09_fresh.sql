-- A fresh database of September 2025, on top of fresh.sql: the instances have their price, but what was made
-- by hand or by migrations to bill it is not there.

drop table fs_challenges;
drop materialized view daily_instance_revenue;
drop trigger trigger_update_balance_on_delete on instances;
drop function fn_update_balance_on_delete();
drop index idx_billing_ia;

create or replace function fn_instance_audit_insert() returns trigger language plpgsql as $$
begin
  insert into instance_audit (instance_id, chute_id, version, miner_uid, miner_hotkey, region)
  select new.instance_id, new.chute_id, c.version, new.miner_uid, new.miner_hotkey, new.region
  from chutes c
  where c.chute_id = new.chute_id;
  return new;
end
$$;

create or replace function fn_instance_audit_update() returns trigger language plpgsql as $$
begin
  if old.last_verified_at is null and new.last_verified_at is not null then
    update instance_audit
    set verified_at = new.last_verified_at
    where instance_id = new.instance_id and verified_at is null;
  end if;
  return new;
end
$$;

alter table instance_audit
  drop column activated_at,
  drop column stop_billing_at,
  drop column billed_to,
  drop column compute_multiplier,
  drop column hourly_rate;
