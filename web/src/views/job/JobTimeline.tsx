import { ActionIcon, SegmentedControl, Tooltip } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Icon, type IconName } from '../../components/icons';
import { Section } from '../../components/Page';
import { Bone, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { useNow } from '../../time/clock';
import { clockTime, dateOf, toMillis } from '../../time/format';
import { useZone } from '../../time/zone';
import { pan, type Range, rangeOfWindow, zoom } from './axis';
import { Ask } from './Explain';
import { marksOf, visible } from './marks';
import { instant, kMost, useMissedOf, usePlanned, useRange } from './queries';
import { type JobSearch, kDefaultWindow, type Window, windows } from './search';
import { TimelineCanvas } from './TimelineCanvas';
import classes from './timeline.module.css';

/// Past executions and future occurrences of a job on one axis that can be moved and zoomed.
export function JobTimeline({
  id,
  zone: jobZone,
  enabled,
  planning,
}: {
  id: string;
  zone: string | undefined;
  enabled: boolean;
  planning: boolean;
}) {
  const t = useText();
  const zone = useZone(jobZone);
  const navigate = useNavigate({ from: '/jobs/$jobId' });
  const search = useSearch({ from: '/jobs/$jobId' });
  const present = useNow(1_000);
  const window = search.window ?? kDefaultWindow;
  const zoomed = search.from !== undefined && search.to !== undefined;
  const following = rangeOfWindow(window, present);
  const range: Range = zoomed
    ? { from: (search.from ?? 0) * 1_000, to: (search.to ?? 0) * 1_000 }
    : following;
  const set = (change: Partial<JobSearch>) =>
    void navigate({ search: before => ({ ...before, ...change }), replace: true, resetScroll: false });
  const show = (next: Range) => set({ from: Math.round(next.from / 1_000), to: Math.round(next.to / 1_000) });
  const length = range.to - range.from;

  const past = useRange(id, snapped(range), zoomed ? null : window);
  const from = Math.max(range.from, Math.floor(present / 60_000) * 60_000);
  const planned = usePlanned(id, from, planning && range.to > present);
  const missed = useMissedOf(
    id,
    snapped(zoomed ? range : rangeOfWindow(window, Math.ceil(present / 60_000) * 60_000)),
  );
  const marks = useMemo(
    () =>
      marksOf(past.data?.rows ?? [], enabled ? (planned.data?.next ?? []) : [], missed.data ?? [], present),
    [past.data, planned.data, missed.data, present, enabled],
  );
  const last = toMillis(planned.data?.next[kMost - 1]);
  const oldest = past.data?.after ? toMillis(past.data.rows.at(-1)?.begin_at) : null;
  const partial = oldest !== null && oldest > range.from ? oldest : null;

  return (
    <Section
      title={t.job.timeline.title}
      aside={
        <div className={`${classes.tools} no-print`}>
          <SegmentedControl
            size="xs"
            aria-label={t.job.timeline.window}
            value={window}
            onChange={value => set({ window: value as Window, from: undefined, to: undefined })}
            data={windows.map(value => ({ value, label: t.job.timeline.windows[value] }))}
          />
          <div className={classes.zoomTools}>
            <Tool icon="back" label={t.job.timeline.earlier} onClick={() => show(pan(range, -length / 2))} />
            <Tool icon="chevron" label={t.job.timeline.later} onClick={() => show(pan(range, length / 2))} />
            <Tool
              icon="plus"
              label={t.job.timeline.zoomIn}
              onClick={() => show(zoom(range, middle(range, present), 0.5))}
            />
            <Tool
              icon="minus"
              label={t.job.timeline.zoomOut}
              onClick={() => show(zoom(range, middle(range, present), 2))}
            />
            <Tool
              icon="toEnd"
              label={t.job.timeline.toNow}
              disabled={!zoomed}
              onClick={() => set({ from: undefined, to: undefined })}
            />
          </div>
        </div>
      }
    >
      {past.data === undefined && past.error ? (
        <ErrorState compact error={past.error} onRetry={() => past.refetch()} />
      ) : past.data === undefined ? (
        <div className={classes.timelineBone}>
          <Bone height={164} />
        </div>
      ) : (
        <TimelineCanvas
          marks={marks}
          range={range}
          present={present}
          zone={zone}
          asked={search.at ? Date.parse(search.at) : null}
          endless={enabled && last !== null && last < range.to ? last : null}
          empty={visible(marks, range).length === 0}
          onRange={show}
          onOpen={executeId => void navigate({ to: '/executions/$executeId', params: { executeId } })}
          onExplain={at => set({ at: instant(at) })}
        />
      )}
      <div className={classes.timelineFoot}>
        <p className={`${classes.footNote} soft`}>
          {[
            partial
              ? t.job.timeline.partial(`${dateOf(partial, zone)} ${clockTime(partial, zone, true)}`)
              : '',
            enabled && last !== null && last < range.to ? t.job.timeline.endless : '',
            enabled || !planning ? '' : t.job.timeline.disabled,
          ]
            .filter(Boolean)
            .map(sentence => (
              <span key={sentence}>{sentence} </span>
            ))}
          <span className={`${classes.hint} no-print`}>{t.job.timeline.hint}</span>
        </p>
        <Ask zone={jobZone} />
      </div>
    </Section>
  );
}

/// Where a button zooms to: the present if it is visible, else the middle.
function middle(range: Range, present: number): number {
  return present > range.from && present < range.to ? present : (range.from + range.to) / 2;
}

/// Ranges of a drag differ by seconds; data is read for ranges in larger steps.
function snapped({ from, to }: Range): Range {
  const step = Math.max(1_000, 2 ** Math.floor(Math.log2((to - from) / 8)));
  return { from: Math.floor(from / step) * step, to: Math.ceil(to / step) * step };
}

function Tool(props: { icon: IconName; label: string; onClick: () => void; disabled?: boolean }) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon
        className={classes.tool ?? ''}
        aria-label={props.label}
        onClick={props.onClick}
        disabled={props.disabled ?? false}
        size={28}
      >
        <Icon name={props.icon} />
      </ActionIcon>
    </Tooltip>
  );
}
