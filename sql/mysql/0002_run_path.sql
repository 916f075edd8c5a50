-- min_binary: 0.1.0
-- Every statement must tolerate that it has already been executed: MySQL commits each one separately. Each clause of
-- an ALTER is on a line of its own.
alter table t_cron_job
  modify column f_job_cron_time varchar(256) not null,
  modify column f_job_context mediumtext null,
  add column f_plan text null,
  add column f_revision bigint not null default 0,
  add column f_effective_from bigint not null default 0;
alter table t_cron_job drop index index_job_type;
alter table t_cron_job drop index index_create_time;
alter table t_cron_job drop index index_update_time;

alter table t_cron_job_status
  modify column f_executor mediumtext null,
  modify column f_ext_info mediumtext null,
  add column f_tenant_id varchar(36) null,
  add column f_is_deleted tinyint null,
  add column f_job_key bigint null,
  add column f_trigger tinyint null,
  add column f_nominal bigint null,
  add column f_due bigint null,
  add column f_attempt int null,
  add column f_losses int null,
  add column f_accepted tinyint null,
  add column f_node varchar(128) null,
  add column f_epoch bigint null,
  add column f_revision bigint null,
  add column f_result mediumtext null,
  add column f_snapshot mediumtext null,
  add index index_open (f_job_status, f_trigger);
alter table t_cron_job_status drop index index_is_deleted;
alter table t_cron_job_status drop index index_job_type;
alter table t_cron_job_status drop index index_end_time;
-- index_open finds unfinished executions; rows of the old service have no trigger.
alter table t_cron_job_status drop index index_job_status;

create table if not exists t_cron_attempt (
  f_execute_id varchar(36) not null,
  f_attempt int not null,
  f_begin bigint not null,
  f_end bigint not null,
  f_node varchar(128) not null,
  f_outcome tinyint not null,
  f_code int not null,
  f_reason text null,
  f_detail text null,
  f_output mediumblob null,
  primary key (f_execute_id, f_attempt)
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;

create table if not exists t_cron_change_head (
  f_id tinyint not null primary key,
  f_number bigint not null
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;
insert into t_cron_change_head (f_id, f_number) values (1, 0) on duplicate key update f_id = f_id;

create table if not exists t_cron_change (
  f_number bigint not null primary key,
  f_kind varchar(16) not null,
  f_job_id varchar(36) not null,
  f_job_key bigint not null,
  f_tenant_id varchar(36) not null,
  f_at bigint not null,
  f_replaced text null
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;

create table if not exists t_cron_shard (
  f_shard int not null primary key,
  f_epoch bigint not null,
  f_watermark bigint null,
  f_planned bigint not null,
  f_node varchar(128) not null,
  f_beats bigint not null
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;
insert into t_cron_shard (f_shard, f_epoch, f_watermark, f_planned, f_node, f_beats)
  values (0, 0, null, 0, '', 0) on duplicate key update f_shard = f_shard;

create table if not exists t_cron_missed (
  f_id bigint not null auto_increment primary key,
  f_job_key bigint not null,
  f_from bigint not null,
  f_to bigint not null,
  f_count bigint not null,
  f_reason varchar(32) not null,
  f_at bigint not null,
  unique key index_run (f_job_key, f_from)
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;

create table if not exists t_cron_outbox (
  f_id bigint not null auto_increment primary key,
  f_execute_id varchar(36) not null,
  f_payload mediumtext not null,
  f_created bigint not null,
  f_due bigint not null,
  f_tries int not null default 0,
  key index_due (f_due)
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;

create table if not exists t_cron_pause (
  f_scope tinyint not null,
  f_tenant_id varchar(36) not null,
  primary key (f_scope, f_tenant_id)
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;

create table if not exists t_cron_deleting (
  f_job_id varchar(36) not null primary key,
  f_after bigint not null
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;

create table if not exists t_cron_tenant (
  f_tenant_id varchar(36) not null primary key,
  f_jobs bigint not null
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;
delete from t_cron_tenant;
insert into t_cron_tenant (f_tenant_id, f_jobs)
  select coalesce(f_tenant_id, ''), count(*) from t_cron_job group by coalesce(f_tenant_id, '');
