-- What a database lacks, and has more, that was made in one go by the models of the network's Python service
-- and never migrated: on top of 2025_08.sql, with or without 2025_09.sql.

drop trigger track_instance_node_assignment_trigger on instance_nodes;
drop function fn_track_instance_node();
drop table instance_node_history;
drop table bounty_history;
drop trigger tr_reset_jobs_on_fail on launch_configs;
drop function fn_reset_jobs_on_fail();
alter table instances drop constraint fk_instance_config, drop constraint uq_instance_config;

-- The one thing more: a launch config for a job, and no second.
alter table launch_configs add constraint uq_job_launch_config unique (job_id);
