-- min_binary: 0.1.0
-- The same values as on MySQL, where the old service reads them.
update t_cron_job_status set f_begin_time = coalesce(f_begin_time, 0), f_end_time = coalesce(f_end_time, 0)
  where f_begin_time is null or f_end_time is null;
update t_cron_job_status set f_ext_info = replace(f_ext_info, '"is_deleted":0', '"is_deleted":1') where f_is_deleted = 1;
-- Lists of executions, both per job and overall, are sorted by start, then by row.
drop index t_cron_job_status_index_time;
create index t_cron_job_status_index_time on t_cron_job_status (f_begin_time);
create index t_cron_job_status_index_job_begin on t_cron_job_status (f_job_id, f_begin_time);
