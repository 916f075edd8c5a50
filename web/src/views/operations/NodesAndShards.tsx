import { Tooltip } from '@mantine/core';
import { Section } from '../../components/Page';
import { AbsoluteTime, RelativeTime } from '../../components/RelativeTime';
import table from '../../components/Table.module.css';
import { formatNumber, useText } from '../../i18n';
import type { Messages } from '../../i18n/messages';
import { duration } from '../../time/format';
import { isLed, kLag, nodeRows } from './cluster_facts';
import { Mark } from './Mark';
import classes from './operations.module.css';
import type { Cluster } from './queries';

/// Clocks that differ less are in step.
const kClock = 0.5;

function clock(ahead: number, t: Messages): string {
  const words = t.operations.nodes;
  if (Math.abs(ahead) < kClock) return words.clockFine;
  const by = duration(Math.abs(ahead) * 1_000);
  return ahead > 0 ? words.clockAhead(by) : words.clockBehind(by);
}

export function Nodes({ cluster }: { cluster: Cluster }) {
  const t = useText();
  const words = t.operations.nodes;
  return (
    <Section title={words.title}>
      <table className={table.table}>
        <thead>
          <tr>
            <th>{words.node}</th>
            <th>{words.state}</th>
            <th>{words.leads}</th>
            <th>{words.lease}</th>
            <th>{words.clock}</th>
          </tr>
        </thead>
        <tbody>
          {nodeRows(cluster).map(
            ({ node, self, alive, leads, lease_until, clock_ahead_seconds, trouble }) => (
              <tr key={node}>
                <td>
                  <span>
                    <span className={classes.node}>{node}</span>
                    {self ? <span className={classes.tag}>{words.self}</span> : null}
                  </span>
                </td>
                <td data-label={words.state}>
                  {alive ? (
                    <Mark tone="good">{words.alive}</Mark>
                  ) : (
                    <Tooltip label={words.goneHelp} multiline maw={280}>
                      <span>
                        <Mark tone="bad">{words.gone}</Mark>
                      </span>
                    </Tooltip>
                  )}
                </td>
                <td data-label={words.leads} className="num">
                  {alive ? words.shards(leads) : '—'}
                </td>
                <td data-label={words.lease}>
                  <RelativeTime at={lease_until} />
                </td>
                <td data-label={words.clock} className="num">
                  {trouble ? (
                    <span>
                      <Mark tone="warn">{clock(clock_ahead_seconds, t)}</Mark>
                      <div className={classes.warn}>{trouble}</div>
                    </span>
                  ) : (
                    clock(clock_ahead_seconds, t)
                  )}
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </Section>
  );
}

export function Shards({ cluster }: { cluster: Cluster }) {
  const t = useText();
  const words = t.operations.shards;
  const shards = [...cluster.shards].sort((a, b) => a.shard - b.shard);
  return (
    <Section title={words.title} aside={<span className="num">{shards.length}</span>}>
      <p className={`${classes.help} soft`}>{words.help}</p>
      <table className={`${table.table} ${table.plain}`}>
        <thead>
          <tr>
            <th>{words.shard}</th>
            <th>{words.leader}</th>
            <th className={table.number}>{words.epoch}</th>
            <th className={table.optional}>{words.watermark}</th>
            <th className={table.number} title={words.lagHelp}>
              {words.lag}
            </th>
          </tr>
        </thead>
        <tbody>
          {shards.map(shard => (
            <tr key={shard.shard}>
              <td className="num">{shard.shard}</td>
              <td>
                <Leader shard={shard} led={isLed(shard, cluster)} />
              </td>
              <td className={`${table.number} num`}>{formatNumber(shard.epoch)}</td>
              <td className={table.optional}>
                <span>
                  <AbsoluteTime at={shard.watermark} />
                  {shard.trouble ? <div className={classes.warn}>{shard.trouble}</div> : null}
                </span>
              </td>
              <td className={`${table.number} num`}>
                {shard.lag_seconds > kLag ? (
                  <Mark tone="bad" icon="warning">
                    {duration(shard.lag_seconds * 1_000)}
                  </Mark>
                ) : (
                  duration(shard.lag_seconds * 1_000)
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Leader({ shard, led }: { shard: Cluster['shards'][number]; led: boolean }) {
  const words = useText().operations.shards;
  if (!shard.node) return <Mark tone="bad">{words.none}</Mark>;
  if (led) return <span>{shard.node}</span>;
  return (
    <span className={classes.leader}>
      {shard.node} <Mark tone="bad">{words.gone}</Mark>
    </span>
  );
}
