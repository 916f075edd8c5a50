-- min_binary: 0.1.0
-- Change the outbox to the form required for deliveries: waiting entries are found by receiver, and a row is leased
-- by moving its due time. No released version has written to the old table.
drop table if exists t_cron_outbox;
create table t_cron_outbox (
  f_id bigint not null auto_increment primary key,
  f_channel tinyint not null,
  f_message_id varchar(64) not null,
  f_execute_id varchar(36) not null,
  f_tenant_id varchar(36) not null,
  f_receiver varchar(255) not null,
  f_url text not null,
  f_payload mediumtext not null,
  f_created bigint not null,
  f_due bigint not null,
  f_tries int not null,
  f_node varchar(128) not null,
  key index_receiver (f_channel, f_receiver, f_due),
  key index_execution (f_execute_id, f_channel),
  key index_created (f_created)
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;

create table if not exists t_cron_dead_letter (
  f_id bigint not null auto_increment primary key,
  f_channel tinyint not null,
  f_message_id varchar(64) not null,
  f_execute_id varchar(36) not null,
  f_tenant_id varchar(36) not null,
  f_receiver varchar(255) not null,
  f_url text not null,
  f_payload mediumtext not null,
  f_created bigint not null,
  f_died bigint not null,
  f_tries int not null,
  f_code int not null,
  f_reason text not null,
  key index_tenant (f_tenant_id, f_id)
) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin;
