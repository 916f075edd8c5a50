-- min_binary: 0.1.0
-- Leases of nodes, by the clock of the database. The instance distinguishes processes with the same name.
create table if not exists t_cron_node (
  f_node varchar(128) not null primary key,
  f_instance varchar(36) not null,
  f_lease_until bigint not null,
  f_clock_ahead bigint not null
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;

-- Executions that hold a slot of their concurrency key; slot numbers are below the key's limit.
create table if not exists t_cron_slot (
  f_key varchar(192) not null,
  f_number int not null,
  f_execute_id varchar(36) not null,
  primary key (f_key, f_number),
  key index_execute_id (f_execute_id)
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;

alter table t_cron_pause add column f_since bigint not null default 0;
alter table t_cron_change add index index_job (f_job_id, f_number);
