-- min_binary: 0.1.0
-- Messages to be published to the message queue, in commit order per job and per execution. f_key is the id of the
-- job or execution.
create table if not exists t_cron_message (
  f_id bigint not null auto_increment primary key,
  f_topic varchar(64) not null,
  f_key varchar(36) not null,
  f_payload mediumtext not null,
  f_created bigint not null
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;
