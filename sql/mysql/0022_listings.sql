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
-- No subquery that refers to the row of an outer table: where the compared columns differ in their type, MySQL 5.7
-- converts the outer one before a row has been read, and strict mode refuses what happens to be in memory.
insert into t_cron_job_last (f_job_key, f_tenant_id, f_state)
  select j.f_key_id, coalesce(j.f_tenant_id, ''), s.f_job_status from (select max(f_key_id) as f_last from t_cron_job_status where f_job_status in (1, 4, 5) group by f_job_id) l
  join t_cron_job_status s on s.f_key_id = l.f_last join t_cron_job j on j.f_job_id = s.f_job_id
  on duplicate key update f_state = values(f_state);
alter table t_cron_job
  add index index_enabled (f_enabled),
  drop index index_tenant_id,
  add index index_tenant_id (f_tenant_id, f_enabled);
