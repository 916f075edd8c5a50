-- min_binary: 0.1.0
-- If another tenant has an execution with the id chosen by a client, the id is stored with a tenant suffix (60
-- characters). Up to 63 characters the length of a value still takes one byte, so that no table is copied.
-- The table of the previous service may have a default collation that its columns do not have: the column keeps its own.
set @ecron_alter = (select concat('alter table t_cron_job_status modify column f_execute_id varchar(63) character set ', character_set_name, ' collate ', collation_name, ' not null') from information_schema.columns where table_schema = database() and table_name = 't_cron_job_status' and column_name = 'f_execute_id');
prepare ecron_alter from @ecron_alter;
execute ecron_alter;
deallocate prepare ecron_alter;
alter table t_cron_attempt modify column f_execute_id varchar(63) not null;
alter table t_cron_slot modify column f_execute_id varchar(63) not null;
alter table t_cron_outbox modify column f_execute_id varchar(63) not null;
alter table t_cron_dead_letter modify column f_execute_id varchar(63) not null;
alter table t_cron_message modify column f_key varchar(63) not null;
