-- min_binary: 0.1.0
-- Tables of an existing database may have text columns in utf8 (three bytes) or latin1, which reject some characters
-- of a utf8mb4 session. Each such column keeps its type and is converted to utf8mb4. On MySQL the list would be
-- truncated at 1,024 bytes.
set session group_concat_max_len = 65536;
set @ecron_alter = (select concat('alter table t_cron_job default character set utf8mb4 collate utf8mb4_bin', group_concat(', modify column ', column_name, ' ', column_type, ' character set utf8mb4 collate utf8mb4_bin ', if(is_nullable = 'YES', 'null', 'not null') separator '')) from information_schema.columns where table_schema = database() and table_name = 't_cron_job' and character_set_name <> 'utf8mb4');
set @ecron_alter = coalesce(@ecron_alter, 'do 0');
prepare ecron_alter from @ecron_alter;
execute ecron_alter;
deallocate prepare ecron_alter;
set @ecron_alter = (select concat('alter table t_cron_job_status default character set utf8mb4 collate utf8mb4_bin', group_concat(', modify column ', column_name, ' ', column_type, ' character set utf8mb4 collate utf8mb4_bin ', if(is_nullable = 'YES', 'null', 'not null') separator '')) from information_schema.columns where table_schema = database() and table_name = 't_cron_job_status' and character_set_name <> 'utf8mb4');
set @ecron_alter = coalesce(@ecron_alter, 'do 0');
prepare ecron_alter from @ecron_alter;
execute ecron_alter;
deallocate prepare ecron_alter;
-- A job's webhook may be as long as its context.
alter table t_cron_outbox modify column f_url mediumtext not null;
alter table t_cron_dead_letter modify column f_url mediumtext not null;
