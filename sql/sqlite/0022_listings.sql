-- min_binary: 0.1.0
-- For lists of jobs: the state of the execution that ended last, per job; jobs by enabled. Executions get no further
-- index, because each run would have to maintain it.
create table t_cron_job_last (
  f_job_key integer primary key,
  f_tenant_id varchar(36) not null,
  f_state tinyint not null
);
create index t_cron_job_last_index_state on t_cron_job_last (f_state, f_job_key);
create index t_cron_job_last_index_tenant on t_cron_job_last (f_tenant_id, f_state);
insert into t_cron_job_last (f_job_key, f_tenant_id, f_state)
  select j.f_key_id, coalesce(j.f_tenant_id, ''), s.f_job_status from (select max(f_key_id) as f_last from t_cron_job_status where f_job_status in (1, 4, 5) group by f_job_id) l
  join t_cron_job_status s on s.f_key_id = l.f_last join t_cron_job j on j.f_job_id = s.f_job_id;
create index t_cron_job_index_enabled on t_cron_job (f_enabled);
drop index t_cron_job_index_tenant_id;
create index t_cron_job_index_tenant_id on t_cron_job (f_tenant_id, f_enabled);
