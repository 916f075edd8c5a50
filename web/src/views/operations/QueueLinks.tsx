import { Section } from '../../components/Page';
import { RelativeTime } from '../../components/RelativeTime';
import { EmptyState } from '../../components/States';
import { useText } from '../../i18n';
import { Mark } from './Mark';
import classes from './operations.module.css';
import type { Cluster } from './queries';

/// The connections to NSQ or Kafka, with the reason of those that are not established.
export function QueueLinks({ queue }: { queue: Cluster['message_queue'] | undefined }) {
  const t = useText();
  const words = t.operations.queue;
  if (!queue)
    return (
      <Section title={words.title}>
        <EmptyState compact title={words.off}>
          {words.offHelp}
        </EmptyState>
      </Section>
    );
  return (
    <Section title={words.title} aside={queue.kind}>
      {queue.links.length === 0 ? (
        <EmptyState compact title={words.none}>
          {words.noneHelp}
        </EmptyState>
      ) : (
        <ul className={classes.links}>
          {queue.links.map(({ address, option, connected, since, trouble }) => (
            <li key={`${option} ${address}`} className={classes.link}>
              <span className="mono">{address}</span>
              {connected ? (
                <Mark tone="good">{t.operations.facts.connected}</Mark>
              ) : (
                <Mark tone="bad">{t.operations.facts.disconnected}</Mark>
              )}
              <span className="soft">{option || words.discovered}</span>
              <span className={classes.end}>
                <RelativeTime at={since} />
              </span>
              {trouble ? <span className={`${classes.wide} ${classes.bad}`}>{trouble}</span> : null}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
