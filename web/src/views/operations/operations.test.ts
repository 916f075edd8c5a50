import { expect, test } from 'vitest';
import { en } from '../../i18n/en';
import { changesOf, jobsOf, kindOf } from './audit_model';
import { clusterFacts, isLed, nodeRows } from './cluster_facts';
import { groupsOf } from './configuration_model';
import type { Cluster, ConfigurationOption } from './queries';

const node = (name: string, alive = true, trouble?: string) => ({
  node: name,
  alive,
  lease_until: '2026-01-05T10:00:05Z',
  clock_ahead_seconds: 0,
  ...(trouble ? { trouble } : {}),
});
const shard = (number: number, leader: string, lag = 0.4) => ({
  shard: number,
  node: leader,
  epoch: 3,
  watermark: '2026-01-05T10:00:00Z',
  lag_seconds: lag,
});
const cluster = (change: Partial<Cluster> = {}): Cluster => ({
  self: { node: 'b', leading: [1] },
  nodes: [node('c', false), node('b'), node('a')],
  shards: [shard(0, 'a'), shard(1, 'b'), shard(2, 'c')],
  database: { driver: 'mysql', version: '10.11.14-MariaDB', reachable: true, latency_ms: 2 },
  outbox: { waiting: 0, oldest_seconds: 0 },
  ...change,
});

test('nodes that are alive come first, with the shards that they lead', () => {
  expect(nodeRows(cluster()).map(row => [row.node, row.leads, row.self])).toEqual([
    ['a', 1, false],
    ['b', 1, true],
    ['c', 1, false],
  ]);
});

test('a shard whose leader is gone is not led', () => {
  const state = cluster();
  expect(state.shards.map(each => isLed(each, state))).toEqual([true, true, false]);
  const facts = clusterFacts(state, en);
  expect(facts.map(({ value, tone }) => [value, tone])).toEqual([
    ['2 of 3 alive', 'warn'],
    ['2 of 3 led', 'bad'],
    ['400 ms', 'good'],
    ['reads take 2 ms', 'good'],
    ['none waiting', 'good'],
  ]);
});

test('delays, database, queue and webhooks are judged', () => {
  const facts = clusterFacts(
    cluster({
      nodes: [node('a', true, 'clock is 8 s ahead')],
      shards: [shard(0, 'a', 42)],
      database: { driver: 'mysql', version: '10.11', reachable: false, latency_ms: 0, trouble: 'gone away' },
      message_queue: { kind: 'kafka', connected: false, links: [] },
      outbox: { waiting: 12, oldest_seconds: 400 },
    }),
    en,
  );
  expect(facts.map(({ name, tone }) => [name, tone])).toEqual([
    ['Nodes', 'warn'],
    ['Shards', 'good'],
    ['Planning delay', 'bad'],
    ['Database', 'bad'],
    ['Message queue', 'bad'],
    ['Webhooks', 'warn'],
  ]);
  expect(facts[3]?.note).toBe('gone away');
});

test('changes leave out members that are empty before and after', () => {
  expect(
    changesOf({
      enabled: { from: false, to: true },
      remarks: { to: '' },
      'job_context.info.body': { to: null },
      'job_context.info.headers': { to: { Authorization: '***' } },
      job_cron_time: { from: '* * * * *' },
    }),
  ).toEqual([
    { member: 'enabled', from: 'false', to: 'true' },
    { member: 'job_context.info.headers', from: null, to: '{"Authorization":"***"}' },
    { member: 'job_cron_time', from: '* * * * *', to: null },
  ]);
  expect(changesOf(null)).toEqual([]);
});

test('objects of actions are jobs, executions or something without a page', () => {
  expect(['createJob', 'enableJobs', 'putJobByName'].map(kindOf)).toEqual(['job', 'job', 'job']);
  expect(['cancelExecution', 'runJob'].map(kindOf)).toEqual(['execution', 'execution']);
  expect(['deleteJobs', 'redeliver', 'somethingNew'].map(kindOf)).toEqual([null, null, null]);
});

test('options are found by all words, and grouped', () => {
  const option = (name: string, source: string, group: string): ConfigurationOption => ({
    name,
    source,
    group,
    value: '1',
    default_value: '1',
    description: 'Port of the API',
    secret: false,
  });
  const all = [
    option('cron_port', '--cron-port', 'Listening'),
    option('anlys_port', 'default', 'Listening'),
    option('db_port', 'default', 'Database'),
  ];
  const names = (find: string, changed: boolean) =>
    groupsOf(all, find, changed).map(({ name, options }) => [name, options.map(each => each.name)]);
  expect(names('PORT api', false)).toEqual([
    ['Listening', ['cron_port', 'anlys_port']],
    ['Database', ['db_port']],
  ]);
  expect(names('', true)).toEqual([['Listening', ['cron_port']]]);
  expect(names('port nothing', false)).toEqual([]);
});

test('names are asked for jobs that exist', () => {
  const records = [
    { action: 'deleteJobs', object: 'gone,other' },
    { action: 'patchJob', object: 'gone' },
    { action: 'patchJob', object: 'kept' },
    { action: 'createJob', object: 'kept' },
    { action: 'enableJobs', object: 'kept,more' },
    { action: 'runJob', object: 'execution' },
  ];
  expect(jobsOf(records)).toEqual(['kept']);
});
