-- min_binary: 0.1.0
-- Which process holds the lease, for the error of another one with the same name, and which node of a Galera cluster it
-- uses: advisory locks hold on that node only. Empty where the process does not say, as those of older code.
alter table t_cron_node
add column f_process varchar(128) not null default '',
add column f_since bigint not null default 0,
add column f_database_node varchar(64) not null default '';
