import { SegmentedControl } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Icon } from '../../components/icons';
import { Section } from '../../components/Page';
import { EmptyState, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import type { Messages } from '../../i18n/messages';
import { useNow } from '../../time/clock';
import { daysAround } from '../../time/day';
import { absolute } from '../../time/format';
import { useZone } from '../../time/zone';
import { instant } from '../overview/queries';
import { HeatMap } from './HeatMap';
import { type Cell, heatOf, kQuarter, type Measure, peakOf } from './heat';
import { PastCell } from './PastCell';
import { PeakLine } from './PeakLine';
import { MapBone } from './Planned';
import { usePast } from './queries';
import classes from './schedule.module.css';
import { counts } from './search';

function spoken({ count, failed, late }: Cell, t: Messages): string {
  const words = t.schedule.map;
  if (count === 0) return words.none;
  return [words.executions(count), failed > 0 ? words.failed(failed) : '', late > 0 ? words.late(late) : '']
    .filter(Boolean)
    .join(' · ');
}

/// The map of the last seven days, from what was executed.
export function Past() {
  const t = useText();
  const zone = useZone();
  const navigate = useNavigate({ from: '/schedule' });
  const { at, to, count: measure = 'count' } = useSearch({ from: '/schedule' });
  const quarter = Math.floor(useNow(30_000) / kQuarter) * kQuarter;
  const days = useMemo(() => daysAround(quarter, zone, -7, 8), [quarter, zone]);
  const past = usePast(days);
  const points = useMemo(
    () => (past.data?.points ?? []).filter(point => point.at <= quarter),
    [past.data, quarter],
  );
  const peak = useMemo(
    () => peakOf(heatOf(points, days, zone, 15).rows, measure),
    [points, days, zone, measure],
  );
  const chosen = useMemo(() => {
    const from = at ? Date.parse(at) : peak?.from;
    return from === undefined ? null : { from, to: to ? Date.parse(to) : from + kQuarter };
  }, [at, to, peak]);
  const choose = (cell: Cell) =>
    void navigate({
      search: before => ({ ...before, at: instant(cell.from), to: instant(cell.to) }),
      replace: true,
      resetScroll: false,
    });
  const partial = (past.data?.completeFrom ?? 0) > (days[0] ?? 0) + kQuarter ? past.data?.completeFrom : null;

  if (!past.data && past.error)
    return (
      <div className="panel">
        <ErrorState error={past.error} onRetry={() => past.refetch()} />
      </div>
    );
  if (past.data && points.every(({ count }) => count === 0))
    return (
      <div className="panel">
        <EmptyState
          icon="executions"
          title={t.schedule.emptyPast}
          actions={<Link to="/jobs">{t.schedule.toJobs}</Link>}
        >
          {t.schedule.emptyPastHelp}
        </EmptyState>
      </div>
    );
  const nothing = past.data !== undefined && measure !== 'count' && peak === null;
  return (
    <>
      <Section
        title={t.schedule.map.past}
        aside={
          <SegmentedControl
            size="xs"
            aria-label={t.schedule.past.measure}
            value={measure}
            data={(['count', ...counts] as Measure[]).map(value => ({
              value,
              label: t.schedule.past[value],
            }))}
            onChange={value =>
              navigate({
                search: ({ count: _count, at: _at, to: _to, ...before }) => ({
                  ...before,
                  ...(value === 'count' ? {} : { count: value as 'failed' | 'late' }),
                }),
                replace: true,
                resetScroll: false,
              })
            }
          />
        }
      >
        {past.data ? (
          <HeatMap
            points={points}
            days={days}
            zone={zone}
            label={t.schedule.map.past}
            measure={measure}
            marks={measure === 'count'}
            chosen={chosen?.from ?? null}
            onChoose={choose}
            spoken={cell => spoken(cell, t)}
          />
        ) : (
          <MapBone />
        )}
        <PeakLine
          peak={peak}
          measure={measure}
          zone={zone}
          chosen={chosen?.from ?? null}
          words={measure === 'count' ? t.schedule.map.executions : t.schedule.map[measure]}
          onChoose={choose}
        />
        {nothing ? (
          <p className={`${classes.even} soft`}>
            <span className={classes.good}>
              <Icon name="check" />
            </span>
            {measure === 'failed' ? t.schedule.past.nothingFailed : t.schedule.past.nothingLate}
          </p>
        ) : null}
        {partial ? (
          <p className={classes.note}>
            <Icon name="info" /> {t.schedule.map.partial(absolute(partial, zone, false))}
          </p>
        ) : null}
      </Section>
      {chosen ? <PastCell range={chosen} zone={zone} /> : null}
    </>
  );
}
