-- min_binary: 0.1.0
-- Stored bytes per tenant, except for its jobs, as of the last measurement by a node: executions, attempts and dead
-- letters. f_since is the start time of that measurement.
create table if not exists t_cron_usage (
  f_tenant_id varbinary(144) not null primary key,
  f_bytes bigint not null,
  f_since bigint not null
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;
