-- min_binary: 0.1.0
-- The audit log, and the size of each tenant's jobs, maintained with their number, for limits.
create table if not exists t_cron_audit (
  f_id bigint not null auto_increment primary key,
  f_at bigint not null,
  f_tenant_id varchar(255) not null,
  f_client_id varchar(255) not null,
  f_subject varchar(255) not null,
  f_address varchar(64) not null,
  f_action varchar(64) not null,
  f_object varchar(255) not null,
  f_difference mediumtext null,
  key index_tenant (f_tenant_id, f_id),
  key index_object (f_object, f_id),
  key index_at (f_at)
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;

alter table t_cron_tenant
  add column f_bytes bigint not null default 0;
-- No subquery that refers to the updated row, see 0022.
update t_cron_tenant t join (select f_tenant_id, sum(length(f_job_context)) as f_bytes from t_cron_job group by f_tenant_id) j on j.f_tenant_id = t.f_tenant_id set t.f_bytes = j.f_bytes;
