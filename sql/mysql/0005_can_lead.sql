-- min_binary: 0.1.0
-- Nodes that live and can lead nothing at present share no shards: those that drain, load, or have a clock that is off.
-- One of older code says nothing, and counts.
alter table t_cron_node add column f_can_lead tinyint not null default 1;
