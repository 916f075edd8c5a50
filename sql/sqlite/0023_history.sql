-- min_binary: 0.1.0
-- Histories count executions by start and state, and lists search them, by this index alone. The row follows the start,
-- because lists are sorted by both.
drop index t_cron_job_status_index_time;
create index t_cron_job_status_index_time on t_cron_job_status (f_begin_time, f_key_id, f_job_status, f_trigger, f_due, f_is_deleted, f_tenant_id);
