import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Icon } from '../../components/icons';
import { Section } from '../../components/Page';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { useNow } from '../../time/clock';
import { daysAround, minuteOfDay } from '../../time/day';
import { useZone } from '../../time/zone';
import { instant } from '../overview/queries';
import { HeatMap } from './HeatMap';
import { HourPanel } from './HourPanel';
import { heatOf, kQuarter, peakOf } from './heat';
import { PeakLine } from './PeakLine';
import { usePlanned } from './queries';
import classes from './schedule.module.css';

/// Returns the beginning of the hour that contains an instant, by the clock of the zone.
function hourOf(at: number, zone: string): number {
  const minute = Math.floor(at / 60_000) * 60_000;
  return minute - (minuteOfDay(minute, zone) % 60) * 60_000;
}

/// The map of the next seven days, and below it the hour of the chosen cell; without a choice, that of the peak.
export function Planned() {
  const t = useText();
  const zone = useZone();
  const navigate = useNavigate({ from: '/schedule' });
  const { at } = useSearch({ from: '/schedule' });
  const quarter = Math.floor(useNow(30_000) / kQuarter) * kQuarter;
  const days = useMemo(() => daysAround(quarter, zone, 0, 8), [quarter, zone]);
  const planned = usePlanned(quarter, days);
  const peak = useMemo(
    () => (planned.loading ? null : peakOf(heatOf(planned.points, days, zone, 15).rows, 'count')),
    [planned.loading, planned.points, days, zone],
  );
  const chosen = at ? Date.parse(at) : (peak?.from ?? null);
  const choose = (from: number) =>
    navigate({
      search: before => ({ ...before, at: instant(from), minute: undefined }),
      replace: true,
      resetScroll: false,
    });

  if (planned.points.length === 0 && planned.error)
    return (
      <div className="panel">
        <ErrorState error={planned.error} onRetry={planned.refetch} />
      </div>
    );
  if (!planned.loading && !planned.error && planned.points.every(({ count }) => count === 0))
    return (
      <div className="panel">
        <EmptyState
          icon="schedule"
          title={t.schedule.emptyPlanned}
          actions={<Link to="/jobs">{t.schedule.toJobs}</Link>}
        >
          {t.schedule.emptyPlannedHelp}
        </EmptyState>
      </div>
    );
  return (
    <>
      <Section title={t.schedule.map.planned}>
        {planned.points.length === 0 ? (
          <MapBone />
        ) : (
          <HeatMap
            points={planned.points}
            days={days}
            zone={zone}
            label={t.schedule.map.planned}
            chosen={chosen}
            onChoose={cell => choose(cell.from)}
            spoken={({ count }) => (count === 0 ? t.schedule.map.none : t.schedule.map.occurrences(count))}
          />
        )}
        <PeakLine
          peak={peak}
          measure="count"
          zone={zone}
          chosen={chosen}
          words={t.schedule.map.occurrences}
          onChoose={cell => void choose(cell.from)}
        />
        {planned.error && planned.points.length > 0 ? (
          <ErrorState compact error={planned.error} onRetry={planned.refetch} />
        ) : null}
        {planned.complete ? null : (
          <p className={classes.note}>
            <Icon name="warning" /> {t.schedule.map.incomplete}
          </p>
        )}
      </Section>
      {chosen === null ? null : (
        <HourPanel
          key={hourOf(chosen, zone)}
          from={hourOf(chosen, zone)}
          zone={zone}
          onMove={from => void choose(from)}
        />
      )}
    </>
  );
}

export function MapBone() {
  return (
    <div className={classes.mapBone}>
      {['', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(row => (
        <div key={row} className={classes.boneRow}>
          {row ? <Bone width={64} /> : <span />}
          <Bone height={row ? 26 : 12} />
        </div>
      ))}
    </div>
  );
}
