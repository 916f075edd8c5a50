-- min_binary: 0.1.0
-- The process that holds the lease, for the error message of another process with the same name, and the node of a
-- Galera cluster that it uses, because advisory locks apply to that node only. Empty if not set, as by older
-- versions.
alter table t_cron_node
add column f_process varchar(128) not null default '',
add column f_since bigint not null default 0,
add column f_database_node varchar(64) not null default '';
