import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Schemas } from '../../api/client';
import { Section } from '../../components/Page';
import { Bone } from '../../components/States';
import { TimelineStrip } from '../../components/TimelineStrip';
import type { Bucket } from '../../components/timeline_model';
import { useText } from '../../i18n';
import { useNow } from '../../time/clock';
import { clockTime, toMillis } from '../../time/format';
import { useZone } from '../../time/zone';
import { stripBuckets } from './model';
import classes from './overview.module.css';
import { instant, useJobsById } from './queries';

type Props = {
  history: Schemas['History'] | undefined;
  future: Schemas['Forecast'] | undefined;
};

/// The last hour and the next hour on one axis.
export function Timeline({ history, future }: Props) {
  const t = useText();
  const zone = useZone();
  const navigate = useNavigate();
  const present = useNow(5_000);
  const minutes = history?.buckets;
  const buckets = useMemo(() => stripBuckets(minutes ?? [], future, present), [minutes, future, present]);
  const names = useJobsById(
    (future?.buckets ?? []).flatMap(({ jobs }) => jobs.map(({ job_id }) => job_id)),
  ).data;
  const completeFrom = toMillis(history?.complete_from);
  const oldest = completeFrom !== null && completeFrom > (buckets[0]?.from ?? 0) ? completeFrom : null;

  function details(bucket: Bucket) {
    const planned = future?.buckets.find(({ at }) => toMillis(at) === bucket.from);
    return planned?.jobs.map(({ job_id, count }) => (
      <div key={job_id} className={`${classes.tipJob} soft`}>
        <span className="truncate">{names?.get(job_id)?.job_name ?? job_id.slice(0, 8)}</span>
        <span className="num">{count}</span>
      </div>
    ));
  }

  function open(bucket: Bucket) {
    if (bucket.from > present) void navigate({ to: '/schedule' });
    else void navigate({ to: '/executions', search: { from: instant(bucket.from), to: instant(bucket.to) } });
  }

  return (
    <Section title={t.overview.timeline.title} aside={<Legend />}>
      {minutes && future ? (
        <TimelineStrip
          buckets={buckets}
          present={present}
          label={t.overview.timeline.label}
          onOpen={open}
          details={details}
        />
      ) : (
        <div className={classes.stripBone}>
          <Bone height={132} />
          <div className={classes.axisBone} />
        </div>
      )}
      {oldest || future?.complete === false ? (
        <p className={`${classes.note} soft`}>
          {oldest ? t.overview.timeline.partial(clockTime(oldest, zone, true)) : null}{' '}
          {future?.complete === false ? t.overview.timeline.truncated : null}
        </p>
      ) : null}
    </Section>
  );
}

function Legend() {
  const t = useText();
  return (
    <span className={classes.legend}>
      <span>
        <i className={classes.keyUp} aria-hidden="true" />
        {t.overview.timeline.up}
      </span>
      <span>
        <i className={classes.keyDown} aria-hidden="true" />
        {t.overview.timeline.down}
      </span>
    </span>
  );
}
