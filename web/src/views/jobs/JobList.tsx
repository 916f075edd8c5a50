import { Checkbox } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useShortcut } from '../../app/keyboard';
import { Bone } from '../../components/States';
import { useText } from '../../i18n';
import { JobRow, type RowActions } from './JobRow';
import classes from './jobs.module.css';
import { type Job, kPage, useActivity } from './queries';
import type { Selection } from './selection';

type Props = {
  jobs: Job[];
  hasMore: boolean;
  loadMore: () => void;
  selection: Selection;
  selectable: boolean;
  runnable: boolean;
  actions: RowActions;
};

const kRow = 56;
const kCard = 92;

/// The list of jobs. Only the rows on the screen exist, so that 100,000 jobs scroll like 100.
export function JobList({ jobs, hasMore, loadMore, selection, selectable, runnable, actions }: Props) {
  const t = useText();
  const frame = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const cards = useMediaQuery('(max-width: 720px)', false, { getInitialValueInEffect: false });
  const height = cards ? kCard : kRow;
  useLayoutEffect(() => setMargin(frame.current?.offsetTop ?? 0), []);
  const virtualizer = useWindowVirtualizer({
    count: jobs.length + (hasMore ? 1 : 0),
    estimateSize: () => height,
    overscan: 8,
    scrollMargin: margin,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows have another height now
  useEffect(() => virtualizer.measure(), [height, virtualizer]);

  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items[items.length - 1]?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= jobs.length - 20) loadMore();
  }, [hasMore, last, jobs.length, loadMore]);

  const activity = useActivity(useVisiblePages(jobs, first, last));
  const focusRow = useRowKeys(jobs, actions, index => virtualizer.scrollToIndex(index));
  const all = jobs.length > 0 && jobs.every(job => selection.ids.has(job.job_id));
  const some = !all && selection.ids.size > 0;
  return (
    <div
      role="table"
      aria-label={t.jobs.table}
      aria-rowcount={hasMore ? -1 : jobs.length + 1}
      className={`panel ${classes.table}`}
      onFocus={focusRow}
    >
      <div role="rowgroup">
        <div role="row" className={`${classes.row} ${classes.headRow}`}>
          <div role="columnheader" className={classes.cellSelect}>
            {selectable ? (
              <Checkbox
                size="xs"
                checked={all}
                indeterminate={some}
                aria-label={t.jobs.selectAll}
                onChange={() => (all ? selection.clear() : selection.replace(jobs.map(job => job.job_id)))}
              />
            ) : (
              <span className="visually-hidden">{t.jobs.columns.select}</span>
            )}
          </div>
          <div role="columnheader" className={classes.cellState}>
            {t.jobs.columns.state}
          </div>
          <div role="columnheader" className={classes.cellName}>
            {t.jobs.columns.name}
          </div>
          <div role="columnheader" className={classes.cellSchedule}>
            {t.jobs.columns.schedule}
          </div>
          <div role="columnheader" className={classes.cellNext}>
            {t.jobs.columns.next}
          </div>
          <div role="columnheader" className={classes.cellRuns}>
            {t.jobs.columns.runs}
          </div>
          <div role="columnheader" className={classes.cellLabels}>
            {t.jobs.columns.labels}
          </div>
          <div role="columnheader" className={classes.cellActions}>
            <span className="visually-hidden">{t.jobs.columns.actions}</span>
          </div>
        </div>
      </div>
      <div
        ref={frame}
        role="rowgroup"
        className={classes.body}
        style={{ height: virtualizer.getTotalSize() }}
      >
        {items.map(item => {
          const job = jobs[item.index];
          const style = { height, transform: `translateY(${item.start - margin}px)` };
          if (!job)
            return (
              <div key="more" className={`${classes.row} ${classes.virtual}`} style={style} role="row">
                <div role="cell" className={classes.cellName}>
                  <Bone width={180} />
                  <span className="visually-hidden">{t.jobs.loadingMore}</span>
                </div>
              </div>
            );
          return (
            <div
              key={job.job_id}
              role="row"
              aria-rowindex={item.index + 2}
              className={`${classes.row} ${classes.virtual}`}
              data-selected={selection.ids.has(job.job_id) || undefined}
              style={style}
            >
              <JobRow
                job={job}
                activity={activity.get(job.job_id)}
                selected={selection.ids.has(job.job_id)}
                selectable={selectable}
                runnable={runnable}
                actions={actions}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

/// The pages of the list that are on the screen; a page asks for the latest executions of its jobs together.
function useVisiblePages(jobs: Job[], first: number, last: number): Job[][] {
  const from = Math.floor(first / kPage);
  const to = Math.floor(Math.min(last, Math.max(0, jobs.length - 1)) / kPage);
  return useMemo(
    () =>
      Array.from({ length: to - from + 1 }, (_, index) =>
        jobs.slice((from + index) * kPage, (from + index + 1) * kPage),
      ),
    [jobs, from, to],
  );
}

/// j and k move through the list, x selects. Returns the handler that remembers the row with the focus.
function useRowKeys(jobs: Job[], actions: RowActions, scrollTo: (index: number) => void) {
  const t = useText();
  const current = useRef(-1);
  const move = (step: number) => {
    const index = Math.max(0, Math.min(jobs.length - 1, current.current + step));
    const id = jobs[index]?.job_id;
    if (!id) return;
    current.current = index;
    scrollTo(index);
    // The row exists after the list has scrolled.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-job="${id}"]`)?.focus()),
    );
  };
  useShortcut('j', t.jobs.keys.next, () => move(1));
  useShortcut('k', t.jobs.keys.previous, () => move(-1));
  useShortcut('x', t.jobs.keys.select, () => {
    const job = jobs[current.current];
    if (job) actions.select(job.job_id, false);
  });
  return (event: React.FocusEvent) => {
    const row = event.target.closest('[role=row]');
    const index = Number(row?.getAttribute('aria-rowindex') ?? 0) - 2;
    if (index >= 0) current.current = index;
  };
}
