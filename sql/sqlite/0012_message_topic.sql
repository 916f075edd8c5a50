-- min_binary: 0.1.0
-- Each topic is published separately.
create index t_cron_message_index_topic on t_cron_message (f_topic);
