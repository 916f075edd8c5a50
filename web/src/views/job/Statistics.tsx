import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Section } from '../../components/Page';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import { formatNumber, useText } from '../../i18n';
import { duration } from '../../time/format';
import classes from './job.module.css';
import { kMost, useRange } from './queries';
import { kDefaultWindow } from './search';
import { type Bin, type Quantiles, statisticsOf } from './statistics';

/// Success rate, durations and lateness over the window of the timeline.
export function Statistics({ id, jitter }: { id: string; jitter: boolean }) {
  const t = useText();
  const { window = kDefaultWindow } = useSearch({ from: '/jobs/$jobId' });
  const range = useRange(id, { from: 0, to: 0 }, window);
  const words = t.job.statistics;
  const rows = range.data?.rows;
  const found = rows ? statisticsOf(rows, jitter) : undefined;
  return (
    <Section title={words.title} aside={words.window(words.names[window])}>
      {!found && range.error ? (
        <ErrorState compact error={range.error} onRetry={() => range.refetch()} />
      ) : !found ? (
        <div className={classes.figures}>
          {[0, 1, 2].map(index => (
            <div key={index} className={classes.figure}>
              <Bone width={96} />
              <Bone width={140} height={28} />
            </div>
          ))}
        </div>
      ) : found.rate === null && !found.lateness ? (
        <EmptyState compact title={words.none}>
          {words.noneHelp}
        </EmptyState>
      ) : (
        <>
          <div className={classes.figures}>
            <div className={classes.figure}>
              <div className={classes.figureName}>{words.rate}</div>
              <div className={`${classes.figureValue} num`}>
                {found.rate === null ? '—' : percent(found.rate)}
              </div>
              <div className="soft">
                {words.rateOf(found.success, found.success + found.failed)}
                <Extra count={found.failed} text={words.failed(found.failed)} state="abandon" />
                <Extra
                  count={found.interrupted}
                  text={words.interrupted(found.interrupted)}
                  state="interrupt"
                />
              </div>
            </div>
            <Figure name={words.duration} of={found.duration} />
            <Figure name={words.lateness} of={found.lateness} />
            <Histogram bins={found.bins} />
          </div>
          {range.data?.after ? <p className={`${classes.note} soft`}>{words.sample(kMost)}</p> : null}
        </>
      )}
    </Section>
  );
}

function percent(share: number): string {
  // 99.96 % is not shown as 100 %: a failure stays visible.
  const value = Math.floor(share * 1_000) / 10;
  return `${formatNumber(value, 1)} %`;
}

function Extra({ count, text, state }: { count: number; text: string; state: 'abandon' | 'interrupt' }) {
  const navigate = useNavigate({ from: '/jobs/$jobId' });
  if (count === 0) return null;
  return (
    <>
      {' · '}
      <button
        type="button"
        className={classes.textButton}
        onClick={() =>
          void navigate({
            search: before => ({ ...before, tab: 'runs', state }),
            replace: true,
            resetScroll: false,
          })
        }
      >
        {text}
      </button>
    </>
  );
}

function Figure({ name, of }: { name: string; of: Quantiles | null }): ReactNode {
  return (
    <div className={classes.figure}>
      <div className={classes.figureName}>{name}</div>
      <div className={classes.quantiles}>
        {(['p50', 'p95', 'p99'] as const).map(each => (
          <div key={each}>
            <div className={`${classes.quantile} num`}>{of ? duration(of[each]) : '—'}</div>
            <div className="soft">{each}</div>
          </div>
        ))}
      </div>
    </div>
  );
}

function Histogram({ bins }: { bins: Bin[] }) {
  const t = useText();
  const words = t.job.statistics;
  if (bins.length === 0) return null;
  const most = Math.max(...bins.map(({ count }) => count));
  const name = ({ from, to }: Bin) =>
    to === null ? words.over(short(from)) : words.histogramRow(short(from), short(to));
  return (
    <div className={classes.figure}>
      <div className={classes.figureName}>{words.histogram}</div>
      <ul className={classes.bars} aria-label={words.histogram}>
        {bins.map(bin => (
          <li key={bin.from} className={classes.barSlot} title={`${name(bin)}: ${formatNumber(bin.count)}`}>
            <span className="visually-hidden">
              {name(bin)}: {formatNumber(bin.count)}
            </span>
            <span
              className={bin.count > 0 ? classes.bar : classes.barNone}
              style={{ height: bin.count > 0 ? Math.max(3, (bin.count / most) * 44) : 1 }}
            />
          </li>
        ))}
      </ul>
      <div className={`${classes.barScale} num soft`} aria-hidden="true">
        <span>{short(bins[0]?.from ?? 0)}</span>
        <span>{short(bins.at(-1)?.to ?? bins.at(-1)?.from ?? 0)}</span>
      </div>
    </div>
  );
}

/// A limit of the histogram: "0", "500 ms", "2 min", "4 h".
function short(millis: number): string {
  if (millis === 0) return '0';
  if (millis < 60_000) return duration(millis);
  return millis < 3_600_000 ? `${millis / 60_000} min` : `${millis / 3_600_000} h`;
}
