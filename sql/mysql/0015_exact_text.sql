-- min_binary: 0.1.0
-- utf8mb4_bin ignores trailing spaces in comparisons and in unique keys. In ecron's own tables, names of tenants,
-- concurrency keys and objects are compared bytewise. The two tables of the old service keep their column types; the
-- lengths of name and tenant make the unique key of names exact.
alter table t_cron_job
  add column f_name_bytes int generated always as (length(f_job_name)) stored,
  add column f_tenant_bytes int generated always as (length(f_tenant_id)) stored,
  drop index index_job_name,
  add unique key index_job_name (f_job_name, f_tenant_id, f_name_bytes, f_tenant_bytes);
alter table t_cron_change modify column f_tenant_id varbinary(144) not null;
alter table t_cron_pause modify column f_tenant_id varbinary(144) not null;
alter table t_cron_slot modify column f_key varbinary(768) not null;
alter table t_cron_dead_letter modify column f_tenant_id varbinary(144) not null;
alter table t_cron_audit
  modify column f_tenant_id varbinary(1020) not null,
  modify column f_client_id varbinary(1020) not null,
  modify column f_object varbinary(1020) not null;
alter table t_cron_tenant modify column f_tenant_id varbinary(144) not null;
-- Tenants whose names differ only in trailing spaces were counted together before.
insert into t_cron_tenant (f_tenant_id, f_jobs, f_bytes)
  select coalesce(j.f_tenant_id, ''), count(*), coalesce(sum(length(j.f_job_context)), 0) from t_cron_job j
  where exists (select 1 from t_cron_job p where p.f_tenant_id like '% ' and p.f_tenant_id = coalesce(j.f_tenant_id, ''))
  group by cast(coalesce(j.f_tenant_id, '') as binary)
  on duplicate key update f_jobs = values(f_jobs), f_bytes = values(f_bytes);
