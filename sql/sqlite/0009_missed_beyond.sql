-- min_binary: 0.1.0
-- A term asks which summaries reach beyond its watermark.
create index t_cron_missed_index_to on t_cron_missed (f_to);
