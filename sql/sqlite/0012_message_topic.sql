-- min_binary: 0.1.0
-- Each topic is published by itself.
create index t_cron_message_index_topic on t_cron_message (f_topic);
