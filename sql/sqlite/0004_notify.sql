-- min_binary: 0.1.0
-- Change the outbox to the form required for deliveries: waiting entries are found by receiver, and a row is leased
-- by moving its due time. No released version has written to the old table.
drop table t_cron_outbox;
create table t_cron_outbox (
  f_id integer primary key autoincrement,
  f_channel tinyint not null,
  f_message_id varchar(64) not null,
  f_execute_id varchar(36) not null,
  f_tenant_id varchar(36) not null,
  f_receiver varchar(255) not null,
  f_url text not null,
  f_payload text not null,
  f_created bigint not null,
  f_due bigint not null,
  f_tries int not null,
  f_node varchar(128) not null
);
create index t_cron_outbox_index_receiver on t_cron_outbox (f_channel, f_receiver, f_due);
create index t_cron_outbox_index_execution on t_cron_outbox (f_execute_id, f_channel);
create index t_cron_outbox_index_created on t_cron_outbox (f_created);

create table t_cron_dead_letter (
  f_id integer primary key autoincrement,
  f_channel tinyint not null,
  f_message_id varchar(64) not null,
  f_execute_id varchar(36) not null,
  f_tenant_id varchar(36) not null,
  f_receiver varchar(255) not null,
  f_url text not null,
  f_payload text not null,
  f_created bigint not null,
  f_died bigint not null,
  f_tries int not null,
  f_code int not null,
  f_reason text not null
);
create index t_cron_dead_letter_index_tenant on t_cron_dead_letter (f_tenant_id, f_id);
