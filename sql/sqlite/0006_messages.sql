-- min_binary: 0.1.0
-- Messages to be published to the message queue, in commit order per job and per execution. f_key is the id of the
-- job or execution.
create table t_cron_message (
  f_id integer primary key autoincrement,
  f_topic varchar(64) not null,
  f_key varchar(36) not null,
  f_payload text not null,
  f_created bigint not null
);
