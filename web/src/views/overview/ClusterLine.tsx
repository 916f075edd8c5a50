import { Link } from '@tanstack/react-router';
import type { Schemas } from '../../api/client';
import { Icon } from '../../components/icons';
import { Bone } from '../../components/States';
import { useText } from '../../i18n';
import { duration } from '../../time/format';
import classes from './overview.module.css';
import { useCluster } from './queries';
import { kLag } from './Status';

type Fact = { name: string; value: string; good: boolean };

function clusterFacts(cluster: Schemas['Cluster'], t: ReturnType<typeof useText>): Fact[] {
  const words = t.overview.cluster;
  const alive = cluster.nodes.filter(node => node.alive);
  const live = new Set(alive.map(({ node }) => node));
  const led = cluster.shards.filter(shard => live.has(shard.node)).length;
  const troubled = cluster.nodes.some(node => node.alive && node.trouble);
  const facts: Fact[] = [
    {
      name: words.nodes,
      value: words.nodesOf(alive.length, cluster.nodes.length),
      good: alive.length > 0 && !troubled,
    },
    {
      name: words.shards,
      value: words.shardsLed(led, cluster.shards.length),
      good: led === cluster.shards.length,
    },
  ];
  const { database, message_queue: queue } = cluster;
  facts.push({
    name: words.database,
    value: database.reachable ? (database.trouble ?? words.reachable) : words.unreachable,
    good: database.reachable && !database.trouble,
  });
  if (queue)
    facts.push({
      name: `${words.queue} (${queue.kind})`,
      value: queue.connected ? words.connected : words.disconnected,
      good: queue.connected,
    });
  return facts;
}

/// What the scheduler itself is made of, in one line. Callers who may not see the cluster see the rest.
export function ClusterLine({ lag, dead }: { lag: number | undefined; dead: number | undefined }) {
  const t = useText();
  const words = t.overview.cluster;
  const cluster = useCluster().data;
  const facts: Fact[] = cluster ? clusterFacts(cluster, t) : [];
  if (lag !== undefined)
    facts.push({
      name: words.lag,
      value: lag > 10 ? duration(lag * 1_000) : words.lagFine,
      good: lag <= kLag,
    });
  if (dead !== undefined)
    facts.push({
      name: words.webhooks,
      value: dead === 0 ? words.delivered : words.dead(dead),
      good: dead === 0,
    });
  return (
    <Link to="/operations" className={`panel ${classes.cluster}`}>
      {facts.length === 0 ? (
        <>
          <span className="visually-hidden">{words.title}</span>
          <Bone width={280} height={20} />
        </>
      ) : null}
      {facts.map(({ name, value, good }) => (
        <span key={name} className={classes.fact}>
          <span
            className={good ? classes.good : classes.bad}
            role="img"
            aria-label={good ? words.fine : words.trouble}
          >
            <Icon name={good ? 'check' : 'warning'} size={14} />
          </span>
          <span className="soft">{name}</span>
          <span className="num">{value}</span>
        </span>
      ))}
    </Link>
  );
}
