-- min_binary: 0.1.0
-- Each topic is published separately.
alter table t_cron_message add index index_topic (f_topic);
