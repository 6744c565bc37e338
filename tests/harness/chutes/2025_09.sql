-- What September 2025 added to the database of a Chutes network, on top of 2025_08.sql: what an instance
-- costs, who pays for it and until when, and the triggers that bring it into the audit and, when the instance
-- goes, off its owner's balance. As a deployment has it that grew; after docs/chutes-database.md.

alter table chutes
  add column logging_enabled boolean,
  add column max_instances integer,
  add column scaling_threshold double precision,
  add column shutdown_after_seconds integer;

alter table instances
  add column activated_at timestamptz,
  add column stop_billing_at timestamp,
  add column billed_to varchar references users on delete cascade,
  add column hourly_rate double precision,
  add column compute_multiplier double precision;

alter table instance_audit
  add column activated_at timestamp,
  add column stop_billing_at timestamp,
  add column billed_to text,
  add column compute_multiplier double precision,
  add column hourly_rate double precision;
create index idx_billing_ia on instance_audit (activated_at, stop_billing_at, billed_to, deleted_at);

create table usage_data (
  user_id varchar not null,
  chute_id varchar not null,
  bucket timestamp not null,
  amount double precision not null,
  count integer not null,
  primary key (user_id, chute_id, bucket)
);

create or replace function fn_instance_audit_insert() returns trigger language plpgsql as $$
begin
  insert into instance_audit (instance_id, chute_id, version, miner_uid, miner_hotkey, region, billed_to,
                              stop_billing_at, compute_multiplier, hourly_rate)
  select new.instance_id, new.chute_id, c.version, new.miner_uid, new.miner_hotkey, new.region, new.billed_to,
         new.stop_billing_at, new.compute_multiplier, new.hourly_rate
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
  if old.activated_at is null and new.activated_at is not null then
    update instance_audit
    set activated_at = new.activated_at
    where instance_id = new.instance_id and activated_at is null;
  end if;
  if new.billed_to is distinct from old.billed_to and new.billed_to is not null then
    update instance_audit set billed_to = new.billed_to where instance_id = new.instance_id;
  end if;
  if new.hourly_rate is distinct from old.hourly_rate and new.hourly_rate is not null then
    update instance_audit set hourly_rate = new.hourly_rate where instance_id = new.instance_id;
  end if;
  if new.stop_billing_at is distinct from old.stop_billing_at then
    update instance_audit set stop_billing_at = new.stop_billing_at where instance_id = new.instance_id;
  end if;
  return new;
end
$$;

-- Settles the bill. Its name puts it behind the audit's trigger.
create function fn_update_balance_on_delete() returns trigger language plpgsql as $$
declare
  v_permissions bigint;
  v_public boolean;
  v_until timestamp;
  v_day timestamp;
  v_hours double precision;
begin
  if old.billed_to is null then
    return old;
  end if;
  update instance_audit
  set stop_billing_at = now()
  where instance_id = old.instance_id and stop_billing_at > now();
  select permissions_bitmask into v_permissions from users where user_id = old.billed_to;
  select public into v_public from chutes where chute_id = old.chute_id;
  if v_permissions & 16 = 16
     or v_public and not exists (select from jobs where instance_id = old.instance_id)
     or old.activated_at is null then
    return old;
  end if;

  v_until := least(old.stop_billing_at, now());
  v_hours := extract(epoch from v_until - old.activated_at::timestamp) / 3600;
  update users set balance = balance - v_hours * old.hourly_rate where user_id = old.billed_to;
  for v_day in select generate_series(date_trunc('day', old.activated_at::timestamp), v_until, '1 day') loop
    v_hours := extract(epoch from least(v_day + interval '1 day', v_until)
                                  - greatest(v_day, old.activated_at::timestamp)) / 3600;
    insert into usage_data (user_id, chute_id, bucket, amount, count)
    values (old.billed_to, old.chute_id, v_day, v_hours * old.hourly_rate, 1)
    on conflict (user_id, chute_id, bucket) do update
    set amount = usage_data.amount + excluded.amount, count = usage_data.count + 1;
  end loop;
  return old;
end
$$;
create trigger trigger_update_balance_on_delete before delete on instances
for each row execute function fn_update_balance_on_delete();

-- Materialized views: no column that they read can be dropped or become of another type.
create materialized view daily_instance_revenue as
select date_trunc('day', activated_at) as day, chute_id, sum(hourly_rate) as rate
from instance_audit
where billed_to is not null
group by 1, 2;

create materialized view user_current_balance as
select u.user_id,
       u.balance - coalesce(sum(extract(epoch from now() - i.activated_at) / 3600 * i.hourly_rate), 0)
         as effective_balance
from users u
left join instances i on i.billed_to = u.user_id and i.active
group by u.user_id, u.balance;
