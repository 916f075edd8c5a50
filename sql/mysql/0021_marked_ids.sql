-- min_binary: 0.1.0
-- Where another tenant's execution has the id that a client chose, the id is kept with a mark of the tenant behind it
-- (60 characters). Up to 63 the length of a value needs one byte as before, so that no table is copied.
alter table t_cron_job_status modify column f_execute_id varchar(63) not null;
alter table t_cron_attempt modify column f_execute_id varchar(63) not null;
alter table t_cron_slot modify column f_execute_id varchar(63) not null;
alter table t_cron_outbox modify column f_execute_id varchar(63) not null;
alter table t_cron_dead_letter modify column f_execute_id varchar(63) not null;
alter table t_cron_message modify column f_key varchar(63) not null;
