-- min_binary: 0.1.0
-- Executions that hold a slot of their concurrency key; slot numbers are below the key's limit.
create table t_cron_slot (
  f_key varchar(192) not null,
  f_number int not null,
  f_execute_id varchar(36) not null,
  primary key (f_key, f_number)
) without rowid;
create index t_cron_slot_index_execute_id on t_cron_slot (f_execute_id);

alter table t_cron_pause add column f_since bigint not null default 0;
create index t_cron_change_index_job on t_cron_change (f_job_id, f_number);
