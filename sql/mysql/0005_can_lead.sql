-- min_binary: 0.1.0
-- Nodes that are alive but cannot lead get no share of the shards: those that drain, load, or have a clock that is
-- off. Older versions do not set the column and count as able to lead.
alter table t_cron_node add column f_can_lead tinyint not null default 1;
