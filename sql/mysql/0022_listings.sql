-- min_binary: 0.1.0
-- For lists of jobs: the state of the execution that ended last, per job; jobs by enabled. Executions get no further
-- index, because each run would have to maintain it.
create table if not exists t_cron_job_last (
  f_job_key bigint not null primary key,
  f_tenant_id varbinary(144) not null,
  f_state tinyint not null,
  key index_state (f_state, f_job_key),
  key index_tenant (f_tenant_id, f_state)
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;
insert into t_cron_job_last (f_job_key, f_tenant_id, f_state)
  select f_key_id, f_tenant_id, f_state from (select j.f_key_id, coalesce(j.f_tenant_id, '') as f_tenant_id, (select s.f_job_status from t_cron_job_status s where s.f_job_id = j.f_job_id order by s.f_begin_time desc, s.f_key_id desc limit 1) as f_state from t_cron_job j) v
  where f_state in (1, 4, 5) on duplicate key update f_state = values(f_state);
alter table t_cron_job
  add index index_enabled (f_enabled),
  drop index index_tenant_id,
  add index index_tenant_id (f_tenant_id, f_enabled);
