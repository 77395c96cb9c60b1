-- db-scheduler's own table, as its documentation has it for PostgreSQL.
create table scheduled_tasks (
  task_name text not null,
  task_instance text not null,
  task_data bytea,
  execution_time timestamp with time zone,
  picked boolean not null,
  picked_by text,
  last_success timestamp with time zone,
  last_failure timestamp with time zone,
  consecutive_failures int,
  last_heartbeat timestamp with time zone,
  version bigint not null,
  priority smallint,
  state text,
  primary key (task_name, task_instance)
);
create index execution_time_idx on scheduled_tasks (execution_time);
create index last_heartbeat_idx on scheduled_tasks (last_heartbeat);

-- What a job does.
create table stock (sku text primary key, units bigint not null);
insert into stock select 'sku-' || i, 0 from generate_series(1, 20) i;
create table ledger (
  job text primary key,
  sku text not null,
  units bigint not null,
  worker text not null,
  at timestamp with time zone not null
);

-- Workers that look for jobs.
create table ready (worker text primary key);
