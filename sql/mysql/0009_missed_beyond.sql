-- min_binary: 0.1.0
-- A term asks which summaries reach beyond its watermark.
alter table t_cron_missed add index index_to (f_to);
