-- min_binary: 0.1.0
-- The two tables of the service that ecron replaces; existing tables are kept unchanged.
create table if not exists t_cron_job (
  f_key_id bigint not null auto_increment primary key,
  f_job_id varchar(36) not null,
  f_job_name varchar(64) not null,
  f_job_cron_time varchar(32) not null,
  f_job_type tinyint not null,
  f_job_context varchar(10240) null,
  f_tenant_id varchar(36) null,
  f_enabled tinyint not null default 1,
  f_remarks varchar(256) null,
  f_create_time bigint not null,
  f_update_time bigint not null,
  unique key index_job_id (f_job_id),
  unique key index_job_name (f_job_name, f_tenant_id),
  key index_tenant_id (f_tenant_id),
  key index_time (f_create_time, f_update_time)
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;

create table if not exists t_cron_job_status (
  f_key_id bigint not null auto_increment primary key,
  f_execute_id varchar(36) not null,
  f_job_id varchar(36) not null,
  f_job_type tinyint not null,
  f_job_name varchar(64) not null,
  f_job_status tinyint not null,
  f_begin_time bigint null,
  f_end_time bigint null,
  f_executor varchar(1024) null,
  f_execute_times int null,
  f_ext_info varchar(1024) null,
  unique key index_execute_id (f_execute_id),
  key index_job_id (f_job_id),
  key index_job_status (f_job_status),
  key index_time (f_begin_time, f_end_time)
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;
