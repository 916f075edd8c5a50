-- min_binary: 0.1.0
-- What each tenant stores besides its jobs, as a node measured it last: bytes of executions, attempts and dead letters.
-- f_since is the instant at which that measurement began.
create table if not exists t_cron_usage (
  f_tenant_id varchar(36) not null primary key,
  f_bytes bigint not null,
  f_since bigint not null
);
