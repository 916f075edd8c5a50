-- min_binary: 0.1.0
-- For the query of a new term for summaries that extend beyond its watermark.
alter table t_cron_missed add index index_to (f_to);
