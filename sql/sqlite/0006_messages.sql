-- min_binary: 0.1.0
-- What is still to be published to the message queue, in the order of its commits as far as one job or one execution
-- is concerned. f_key is what it is about.
create table t_cron_message (
  f_id integer primary key autoincrement,
  f_topic varchar(64) not null,
  f_key varchar(36) not null,
  f_payload text not null,
  f_created bigint not null
);
