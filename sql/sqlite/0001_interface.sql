-- min_binary: 0.1.0
-- The two tables of the service that ecron replaces. Index names are unique within the database file.
create table t_cron_job (
  f_key_id integer primary key autoincrement,
  f_job_id varchar(36) not null,
  f_job_name varchar(64) not null,
  f_job_cron_time varchar(256) not null,
  f_job_type tinyint not null,
  f_job_context text null,
  f_tenant_id varchar(36) null,
  f_enabled tinyint not null default 1,
  f_remarks varchar(256) null,
  f_create_time bigint not null,
  f_update_time bigint not null
);
create unique index t_cron_job_index_job_id on t_cron_job (f_job_id);
create unique index t_cron_job_index_job_name on t_cron_job (f_job_name, f_tenant_id);
create index t_cron_job_index_tenant_id on t_cron_job (f_tenant_id);
create index t_cron_job_index_time on t_cron_job (f_create_time, f_update_time);

create table t_cron_job_status (
  f_key_id integer primary key autoincrement,
  f_execute_id varchar(36) not null,
  f_job_id varchar(36) not null,
  f_job_type tinyint not null,
  f_job_name varchar(64) not null,
  f_job_status tinyint not null,
  f_begin_time bigint null,
  f_end_time bigint null,
  f_executor text null,
  f_execute_times int null,
  f_ext_info text null
);
create unique index t_cron_job_status_index_execute_id on t_cron_job_status (f_execute_id);
create index t_cron_job_status_index_job_id on t_cron_job_status (f_job_id);
create index t_cron_job_status_index_time on t_cron_job_status (f_begin_time, f_end_time);
