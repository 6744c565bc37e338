-- What runs by itself in the database of a Chutes network in August 2025, over the tables of 2025_08.sql: the
-- audit of the instances, the histories, the bounties. Functions name tables without a schema, and NOW() goes
-- into columns without a zone as the session has it: with both, Rigger has to live.

create function fn_instance_audit_insert() returns trigger language plpgsql as $$
begin
  insert into instance_audit (instance_id, chute_id, version, miner_uid, miner_hotkey, region)
  select new.instance_id, new.chute_id, c.version, new.miner_uid, new.miner_hotkey, new.region
  from chutes c
  where c.chute_id = new.chute_id;
  return new;
end
$$;
create trigger tr_instance_audit_insert after insert on instances
for each row execute function fn_instance_audit_insert();

create function fn_instance_audit_update() returns trigger language plpgsql as $$
begin
  if old.last_verified_at is null and new.last_verified_at is not null then
    update instance_audit
    set verified_at = new.last_verified_at
    where instance_id = new.instance_id and verified_at is null;
  end if;
  return new;
end
$$;
create trigger tr_instance_audit_update after update on instances
for each row execute function fn_instance_audit_update();

create function fn_instance_audit_delete() returns trigger language plpgsql as $$
begin
  update instance_audit set deleted_at = now() where instance_id = old.instance_id and deleted_at is null;
  return old;
end
$$;
create trigger tr_instance_audit_delete before delete on instances
for each row execute function fn_instance_audit_delete();

create function fn_track_instance_node() returns trigger language plpgsql as $$
begin
  insert into instance_node_history (instance_id, node_id, miner_hotkey)
  select new.instance_id, new.node_id, i.miner_hotkey
  from instances i
  where i.instance_id = new.instance_id
  on conflict do nothing;
  return new;
end
$$;
create trigger track_instance_node_assignment_trigger after insert on instance_nodes
for each row execute function fn_track_instance_node();

-- Whoever fails takes the job from whoever has it; the uid stays.
create function fn_reset_jobs_on_fail() returns trigger language plpgsql as $$
begin
  if new.job_id is not null and (new.failed_at is not null or new.verification_error is not null) then
    update jobs set miner_hotkey = null, miner_coldkey = null, instance_id = null where job_id = new.job_id;
  end if;
  return new;
end
$$;
create trigger tr_reset_jobs_on_fail after update on launch_configs
for each row execute function fn_reset_jobs_on_fail();

create function fn_keep_chute() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    update chute_history set deleted_at = now() where chute_id = old.chute_id and deleted_at is null;
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  insert into chute_history (entry_id, chute_id, user_id, version, name, image_id, public, cords, jobs,
                             node_selector, updated_at)
  values (gen_random_uuid(), new.chute_id, new.user_id, new.version, new.name, new.image_id, new.public,
          new.cords, new.jobs, new.node_selector, new.updated_at);
  return new;
end
$$;
create trigger tr_chute_history after insert or update or delete on chutes
for each row execute function fn_keep_chute();

create function fn_begin_bounty() returns trigger language plpgsql as $$
begin
  insert into bounties (chute_id, bounty, last_increased_at) values (new.chute_id, 100, now())
  on conflict do nothing;
  return new;
end
$$;
create trigger tr_begin_bounty after insert on chutes for each row execute function fn_begin_bounty();

create function fn_keep_image() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    update image_history set deleted_at = now() where image_id = old.image_id and deleted_at is null;
    return old;
  end if;
  insert into image_history (entry_id, image_id, user_id, name, tag)
  values (gen_random_uuid(), new.image_id, new.user_id, new.name, new.tag);
  return new;
end
$$;
create trigger tr_image_history after insert or delete on images
for each row execute function fn_keep_image();

create function fn_keep_node() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    update node_history set deleted_at = now() where uuid = old.uuid and deleted_at is null;
    return old;
  end if;
  insert into node_history (entry_id, uuid, name, miner_hotkey, gpu_identifier)
  values (gen_random_uuid(), new.uuid, new.name, new.miner_hotkey, new.gpu_identifier);
  return new;
end
$$;
create trigger tr_node_history after insert or delete on nodes
for each row execute function fn_keep_node();
