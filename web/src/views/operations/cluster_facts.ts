import type { Messages } from '../../i18n/messages';
import { duration } from '../../time/format';
import type { Tone } from './Mark';
import type { Cluster } from './queries';

export type Fact = { name: string; value: string; note?: string | undefined; tone: Tone };

/// Up to this delay, in seconds, planning is on time: the stored watermark is that old while there is nothing to claim.
export const kLag = 10;

export type NodeRow = Cluster['nodes'][number] & { self: boolean; leads: number };

/// The nodes, alive ones first, with the number of shards that each leads.
export function nodeRows(cluster: Cluster): NodeRow[] {
  const leads = (node: string) => cluster.shards.filter(shard => shard.node === node).length;
  return cluster.nodes
    .map(node => ({ ...node, self: node.node === cluster.self.node, leads: leads(node.node) }))
    .sort((a, b) => Number(b.alive) - Number(a.alive) || a.node.localeCompare(b.node));
}

export function isLed(shard: Cluster['shards'][number], cluster: Cluster): boolean {
  return cluster.nodes.some(({ node, alive }) => alive && node === shard.node);
}

/// What the cluster is made of, as figures with a judgement.
export function clusterFacts(cluster: Cluster, t: Messages): Fact[] {
  const words = t.operations.facts;
  const alive = cluster.nodes.filter(node => node.alive).length;
  const led = cluster.shards.filter(shard => isLed(shard, cluster)).length;
  const lag = Math.max(0, ...cluster.shards.map(({ lag_seconds }) => lag_seconds));
  const clock = cluster.nodes.find(node => node.alive && node.trouble)?.trouble;
  const facts: Fact[] = [
    {
      name: words.nodes,
      value: words.nodesOf(alive, cluster.nodes.length),
      note: clock,
      tone: alive === 0 ? 'bad' : clock || alive < cluster.nodes.length ? 'warn' : 'good',
    },
    {
      name: words.shards,
      value: words.shardsOf(led, cluster.shards.length),
      tone: led === cluster.shards.length ? 'good' : 'bad',
    },
    { name: words.lag, value: duration(lag * 1_000), tone: lag > kLag ? 'bad' : 'good' },
  ];
  const { database, message_queue: queue, outbox } = cluster;
  if (database)
    facts.push({
      name: words.database,
      value: database.reachable ? words.latency(duration(database.latency_ms)) : words.unreachable,
      note: database.trouble ?? `${database.driver} ${database.version}`,
      tone: !database.reachable ? 'bad' : database.trouble ? 'warn' : 'good',
    });
  if (queue)
    facts.push({
      name: words.queue,
      value: queue.connected ? words.connected : words.disconnected,
      note: queue.kind,
      tone: queue.connected ? 'good' : 'bad',
    });
  if (outbox)
    facts.push({
      name: words.outbox,
      value: words.waiting(outbox.waiting),
      note: outbox.waiting > 0 ? words.oldest(duration(outbox.oldest_seconds * 1_000)) : undefined,
      tone: outbox.oldest_seconds > 300 ? 'warn' : 'good',
    });
  return facts;
}
