create table t_cron_job (
  f_key_id bigint not null auto_increment primary key,
  f_job_id varchar(36) not null,
  f_job_name varchar(64) not null,
  f_job_cron_time varchar(32) not null,
  f_job_type tinyint not null,
  f_job_context varchar(10240) null,
  f_tenant_id varchar(36) null,
  f_enabled tinyint not null default 1,
  f_remarks varchar(256) null,
  f_create_time bigint not null,
  f_update_time bigint not null,
  unique key index_job_id (f_job_id),
  unique key index_job_name (f_job_name, f_tenant_id),
  key index_tenant_id (f_tenant_id),
  key index_time (f_create_time, f_update_time),
  key index_job_type (f_job_type),
  key index_create_time (f_create_time)
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;
create table t_cron_job_status (
  f_key_id bigint not null auto_increment primary key,
  f_execute_id varchar(36) not null,
  f_job_id varchar(36) not null,
  f_job_type tinyint not null,
  f_job_name varchar(64) not null,
  f_job_status tinyint not null,
  f_begin_time bigint null,
  f_end_time bigint null,
  f_executor varchar(1024) null,
  f_execute_times int null,
  f_ext_info varchar(1024) null,
  f_is_deleted tinyint not null default 0,
  unique key index_execute_id (f_execute_id),
  key index_job_id (f_job_id),
  key index_job_status (f_job_status),
  key index_time (f_begin_time, f_end_time),
  key index_is_deleted (f_is_deleted),
  key index_end_time (f_end_time)
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;
create table t_of_another_service (f_id int primary key);
insert into t_of_another_service values (7);

insert into t_cron_job (f_job_id, f_job_name, f_job_cron_time, f_job_type, f_job_context, f_tenant_id, f_enabled, f_remarks, f_create_time, f_update_time) values
('j-scheduled', 'it''s "quoted" \\ 任务 😀', '0 0 2 * * ?', 2, '{"mode":"http","exec":"https://old.example.com/run","info":{"method":"POST","params":null,"headers":{"X":"1"},"body":{"b":[1,2]},"kubernetes":null},"notify":{"webhook":""},"begin_at":"","end_at":"","execute_id":""}', 'tenant-a', 1, null, 1600000000, 1600000001),
('j-timed', 'timed, and it repeats', '0 */5 * * * *', 1, '{"mode":"http","exec":"http://old/"}', 'tenant-a', 1, '', 1600000002, 1600000002),
('j-no-context', 'no context', '@every 1h', 2, null, 'tenant-b', 1, null, 1600000003, 1600000003),
('j-broken', 'broken context', '*/70 * * * * *', 2, '{"mode":', 'tenant-b', 1, null, 1600000004, 1600000004),
('j-null-tenant', 'nobody''s', '0 0 0 31 2 ?', 3, 'null', null, 1, null, 1600000005, 1600000005),
('j-off', 'off', '0 0 1 1 1 ?', 2, '{}', 'tenant-a', 0, null, 0, 0);

insert into t_cron_job_status (f_execute_id, f_job_id, f_job_type, f_job_name, f_job_status, f_begin_time, f_end_time, f_executor, f_execute_times, f_ext_info) values
('e-success', 'j-scheduled', 2, 'n', 1, 1600000100, 1600000110, '[{"executor_id":"svc","executed_at":"2020-09-13T12:28:20Z"}]', 1, '{"tenant_id":"tenant-a","is_deleted":0,"result":{"x":1}}'),
('e-stuck', 'j-scheduled', 2, 'n', 2, 1600000200, 0, null, null, '{"tenant_id":"tenant-a","is_deleted":0}'),
('e-failed', 'j-scheduled', 2, 'n', 3, 1600000300, null, '[]', 2, '{"tenant_id":"tenant-a","is_deleted":0}'),
('e-deleted', 'j-scheduled', 2, 'n', 4, 1600000400, 1600000401, '[]', 1, '{"tenant_id":"tenant-a","is_deleted":1}'),
('e-no-info', 'j-scheduled', 2, 'n', 1, 1600000500, 1600000501, '[]', 1, null),
('e-null-info', 'j-scheduled', 2, 'n', 1, 1600000600, 1600000601, 'null', 1, 'null'),
('e-broken', 'j-scheduled', 9, 'n', 99, -5, -5, '{{', -1, '{"tenant_id":'),
('e-other', 'j-scheduled', 2, 'n', 1, 1600000700, 1600000701, '[]', 1, '{"tenant_id":"tenant-b","is_deleted":0}');
