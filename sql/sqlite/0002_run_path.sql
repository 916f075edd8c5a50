-- min_binary: 0.1.0
alter table t_cron_job add column f_plan text null;
alter table t_cron_job add column f_revision bigint not null default 0;
alter table t_cron_job add column f_effective_from bigint not null default 0;

alter table t_cron_job_status add column f_tenant_id varchar(36) null;
alter table t_cron_job_status add column f_is_deleted tinyint null;
alter table t_cron_job_status add column f_job_key bigint null;
alter table t_cron_job_status add column f_trigger tinyint null;
alter table t_cron_job_status add column f_nominal bigint null;
alter table t_cron_job_status add column f_due bigint null;
alter table t_cron_job_status add column f_attempt int null;
alter table t_cron_job_status add column f_losses int null;
alter table t_cron_job_status add column f_accepted tinyint null;
alter table t_cron_job_status add column f_node varchar(128) null;
alter table t_cron_job_status add column f_epoch bigint null;
alter table t_cron_job_status add column f_revision bigint null;
alter table t_cron_job_status add column f_result text null;
alter table t_cron_job_status add column f_snapshot text null;
-- Unfinished executions are found by state and trigger.
create index t_cron_job_status_index_open on t_cron_job_status (f_job_status, f_trigger);

create table t_cron_attempt (
  f_execute_id varchar(36) not null,
  f_attempt int not null,
  f_begin bigint not null,
  f_end bigint not null,
  f_node varchar(128) not null,
  f_outcome tinyint not null,
  f_code int not null,
  f_reason text null,
  f_detail text null,
  f_output blob null,
  primary key (f_execute_id, f_attempt)
) without rowid;

create table t_cron_change_head (
  f_id integer primary key,
  f_number bigint not null
);
insert into t_cron_change_head (f_id, f_number) values (1, 0);

create table t_cron_change (
  f_number integer primary key,
  f_kind varchar(16) not null,
  f_job_id varchar(36) not null,
  f_job_key bigint not null,
  f_tenant_id varchar(36) not null,
  f_at bigint not null,
  f_replaced text null
);

create table t_cron_shard (
  f_shard integer primary key,
  f_epoch bigint not null,
  f_watermark bigint null,
  f_planned bigint not null,
  f_node varchar(128) not null,
  f_beats bigint not null
);
insert into t_cron_shard (f_shard, f_epoch, f_watermark, f_planned, f_node, f_beats) values (0, 0, null, 0, '', 0);

create table t_cron_missed (
  f_id integer primary key autoincrement,
  f_job_key bigint not null,
  f_from bigint not null,
  f_to bigint not null,
  f_count bigint not null,
  f_reason varchar(32) not null,
  f_at bigint not null
);
create unique index t_cron_missed_index_run on t_cron_missed (f_job_key, f_from);

create table t_cron_outbox (
  f_id integer primary key autoincrement,
  f_execute_id varchar(36) not null,
  f_payload text not null,
  f_created bigint not null,
  f_due bigint not null,
  f_tries int not null default 0
);
create index t_cron_outbox_index_due on t_cron_outbox (f_due);

create table t_cron_pause (
  f_scope tinyint not null,
  f_tenant_id varchar(36) not null,
  primary key (f_scope, f_tenant_id)
) without rowid;

create table t_cron_deleting (
  f_job_id varchar(36) not null primary key,
  f_after bigint not null
) without rowid;

create table t_cron_tenant (
  f_tenant_id varchar(36) not null primary key,
  f_jobs bigint not null
) without rowid;
