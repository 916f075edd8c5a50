-- min_binary: 0.1.0
-- For the query of a new term for summaries that extend beyond its watermark.
create index t_cron_missed_index_to on t_cron_missed (f_to);
