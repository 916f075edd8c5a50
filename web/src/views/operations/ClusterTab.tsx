import { ApiError } from '../../api/client';
import { Icon } from '../../components/icons';
import { Section } from '../../components/Page';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { clusterFacts } from './cluster_facts';
import { Nodes, Shards } from './NodesAndShards';
import classes from './operations.module.css';
import { Pauses } from './Pauses';
import { QueueLinks } from './QueueLinks';
import { type Cluster, useClusterState } from './queries';

/// Nodes, shards, queue connections and pauses. Callers who may not see the cluster see the pauses.
export function ClusterTab() {
  const t = useText();
  const cluster = useClusterState();
  const denied = cluster.error instanceof ApiError && cluster.error.status === 403;
  return (
    <div className={classes.stack}>
      {cluster.data ? <Facts cluster={cluster.data} /> : cluster.error ? null : <FactsBone />}
      <div className={classes.columns}>
        <div className={classes.stack}>
          {denied ? (
            <div className="panel">
              <EmptyState icon="key" title={t.operations.denied}>
                {t.operations.deniedHelp}
              </EmptyState>
            </div>
          ) : cluster.data ? (
            <>
              <Nodes cluster={cluster.data} />
              <Shards cluster={cluster.data} />
            </>
          ) : cluster.error ? (
            <div className="panel">
              <ErrorState error={cluster.error} onRetry={() => cluster.refetch()} />
            </div>
          ) : (
            <Section title={t.operations.nodes.title}>
              <div className={classes.bones}>
                <Bone width="60%" />
                <Bone width="40%" />
              </div>
            </Section>
          )}
        </div>
        <div className={classes.stack}>
          <Pauses />
          {cluster.data ? <QueueLinks queue={cluster.data.message_queue} /> : null}
        </div>
      </div>
    </div>
  );
}

function Facts({ cluster }: { cluster: Cluster }) {
  const t = useText();
  const words = t.operations.facts;
  return (
    <dl className={`panel ${classes.facts}`}>
      {clusterFacts(cluster, t).map(({ name, value, note, tone }) => (
        <div key={name} className={classes.fact}>
          <dt className={classes.factName}>{name}</dt>
          <dd className={`${classes.factValue} num`}>
            <span
              className={`${classes.mark} ${classes[tone]}`}
              role="img"
              aria-label={tone === 'good' ? words.fine : words.trouble}
            >
              <Icon name={tone === 'good' ? 'check' : 'warning'} />
            </span>
            {value}
          </dd>
          {note ? <dd className={classes.factNote}>{note}</dd> : null}
        </div>
      ))}
    </dl>
  );
}

function FactsBone() {
  return (
    <div className={`panel ${classes.facts}`}>
      {[0, 1, 2, 3, 4].map(each => (
        <div key={each} className={classes.fact}>
          <Bone width={64} height={16} />
          <Bone width={96} height={24} />
          <Bone width={80} height={16} />
        </div>
      ))}
    </div>
  );
}
