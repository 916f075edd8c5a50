-- min_binary: 0.1.0
-- The old service cannot read NULL as a time, and reads is_deleted in ext_info.
update t_cron_job_status set f_begin_time = coalesce(f_begin_time, 0), f_end_time = coalesce(f_end_time, 0)
  where f_begin_time is null or f_end_time is null;
update t_cron_job_status set f_ext_info = replace(f_ext_info, '"is_deleted":0', '"is_deleted":1') where f_is_deleted = 1;
-- Lists of executions, both per job and overall, are sorted by start, then by row.
alter table t_cron_job_status
  drop index index_time,
  add index index_time (f_begin_time),
  add index index_job_begin (f_job_id, f_begin_time);
