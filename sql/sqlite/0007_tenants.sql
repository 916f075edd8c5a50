-- min_binary: 0.1.0
-- The audit log, and the size of each tenant's jobs, maintained with their number, for limits.
create table t_cron_audit (
  f_id integer primary key autoincrement,
  f_at bigint not null,
  f_tenant_id varchar(255) not null,
  f_client_id varchar(255) not null,
  f_subject varchar(255) not null,
  f_address varchar(64) not null,
  f_action varchar(64) not null,
  f_object varchar(255) not null,
  f_difference text null
);
create index t_cron_audit_index_tenant on t_cron_audit (f_tenant_id, f_id);
create index t_cron_audit_index_object on t_cron_audit (f_object, f_id);
create index t_cron_audit_index_at on t_cron_audit (f_at);

alter table t_cron_tenant add column f_bytes bigint not null default 0;
update t_cron_tenant set f_bytes = (select coalesce(sum(length(cast(f_job_context as blob))), 0) from t_cron_job j where j.f_tenant_id = t_cron_tenant.f_tenant_id);
