import { ActionIcon, Switch } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Icon } from '../../components/icons';
import { Section } from '../../components/Page';
import { AbsoluteTime } from '../../components/RelativeTime';
import { reasonText } from '../../components/reason';
import { StateBadge } from '../../components/StateBadge';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { duration, toMillis } from '../../time/format';
import own from './compare.module.css';
import { diffLines, hunksOf, kMostLines, withoutTimes } from './diff';
import classes from './execution.module.css';
import { linesOf, piecesOf, prettyJson, timingOf } from './model';
import { type Execution, type Summary, useOther } from './queries';
import type { Comparison } from './search';

type Props = {
  execution: Execution;
  comparison: Comparison;
  previous: Summary[] | undefined;
  zone: string | undefined;
};

/// This execution beside an earlier one: figures first, then the difference of their outputs.
export function Compare({ execution, comparison, previous, zone }: Props) {
  const t = useText();
  const words = t.execution.compare;
  const navigate = useNavigate({ from: '/executions/$executeId' });
  const other = useOther(execution, comparison, previous);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <div ref={box} className={classes.anchor}>
      <Section
        title={words.title[comparison]}
        aside={
          <ActionIcon
            className="no-print"
            aria-label={words.close}
            onClick={() =>
              void navigate({
                search: before => ({ ...before, compare: undefined }),
                replace: true,
                resetScroll: false,
              })
            }
          >
            <Icon name="close" />
          </ActionIcon>
        }
      >
        {other.data === undefined && other.error ? (
          <ErrorState compact error={other.error} onRetry={() => other.refetch()} />
        ) : other.data === undefined ? (
          <div className={classes.pad}>
            <Bone height={160} />
          </div>
        ) : other.data === null ? (
          <EmptyState compact title={words.none[comparison]}>
            {words.noneHelp}
          </EmptyState>
        ) : (
          <>
            <Figures execution={execution} other={other.data} comparison={comparison} zone={zone} />
            <OutputDifference execution={execution} other={other.data} />
          </>
        )}
      </Section>
    </div>
  );
}

function figuresOf(execution: Execution) {
  const last = execution.attempts.at(-1);
  const begin = toMillis(execution.attempts[0]?.begin_at ?? execution.begin_at);
  const end = toMillis(last?.end_at) ?? toMillis(execution.end_at);
  const timing = Object.fromEntries(
    timingOf((last?.detail ?? {}) as Record<string, unknown>).map(({ phase, from, to }) => [
      phase,
      to - from,
    ]),
  );
  return {
    begin,
    duration: begin !== null && end !== null ? end - begin : null,
    attempts: execution.execute_times,
    code: last?.code ?? null,
    node: last?.executor_id ?? '',
    wait: timing.wait ?? null,
    size: last ? new TextEncoder().encode(last.output).length : null,
  };
}

function Figures({
  execution,
  other,
  comparison,
  zone,
}: {
  execution: Execution;
  other: Execution;
  comparison: Comparison;
  zone: string | undefined;
}) {
  const t = useText();
  const words = t.execution.compare;
  const column = t.executions.columns;
  const [mine, theirs] = [figuresOf(execution), figuresOf(other)];
  const time = (value: number | null) => (value === null ? '—' : duration(value));
  const change = (a: number | null, b: number | null) =>
    a === null || b === null || a === b ? '' : `${a > b ? '+' : ''}${duration(a - b)}`;
  const all: [string, string, string, string][] = [
    [column.duration, time(mine.duration), time(theirs.duration), change(mine.duration, theirs.duration)],
    [t.execution.timing.wait, time(mine.wait), time(theirs.wait), change(mine.wait, theirs.wait)],
    [column.attempts, String(mine.attempts), String(theirs.attempts), ''],
    [words.code, String(mine.code ?? '—'), String(theirs.code ?? '—'), ''],
    [column.node, mine.node || '—', theirs.node || '—', ''],
    [
      column.reason,
      reasonText(execution.ext_info.reason ?? '', t) || '—',
      reasonText(other.ext_info.reason ?? '', t) || '—',
      '',
    ],
  ];
  const rows = all.filter(([, one, two]) => one !== '—' || two !== '—');
  return (
    <div className={own.scroll}>
      <table className={own.compare}>
        <thead>
          <tr>
            <th scope="col">{words.member}</th>
            <th scope="col">{words.this}</th>
            <th scope="col">
              <Link to="/executions/$executeId" params={{ executeId: other.execute_id }}>
                {words.other[comparison]}
              </Link>
            </th>
            <th scope="col">{words.difference}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{column.state}</th>
            <td>
              <StateBadge state={execution.job_status} />
            </td>
            <td>
              <StateBadge state={other.job_status} />
            </td>
            <td />
          </tr>
          <tr>
            <th scope="row">{column.begin}</th>
            <td>
              <AbsoluteTime at={mine.begin} zone={zone} />
            </td>
            <td>
              <AbsoluteTime at={theirs.begin} zone={zone} />
            </td>
            <td />
          </tr>
          {rows.map(([name, one, two, difference]) => (
            <tr key={name} className={one === two ? '' : own.differs}>
              <th scope="row">{name}</th>
              <td className="num">{one}</td>
              <td className="num">{two}</td>
              <td className="num soft">{difference}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/// The lines of the last attempt; JSON is formatted, so that members are compared and not one long line.
function textLines(execution: Execution): string[] {
  const last = execution.attempts.at(-1);
  if (!last) return [];
  const pretty = prettyJson(last.output);
  return linesOf(pretty === null ? piecesOf(last) : [{ stream: 'stdout', text: pretty }]).map(
    ({ text }) => text,
  );
}

const signs = { same: ' ', old: '−', new: '+' };

function OutputDifference({ execution, other }: { execution: Execution; other: Execution }) {
  const t = useText();
  const words = t.execution.compare;
  const [before, after] = useMemo(() => [textLines(other), textLines(execution)], [other, execution]);
  const [times, setTimes] = useState(false);
  const lines = useMemo(
    () => diffLines(before, after, times ? undefined : withoutTimes),
    [before, after, times],
  );
  if (before.length === 0 && after.length === 0) return null;
  const equal = lines.every(({ kind }) => kind === 'same');
  const names = { same: '', old: words.outputOld, new: words.outputNew };
  return (
    <div className={classes.pad}>
      <div className={own.diffHead}>
        <h3 className={classes.partTitle}>{words.output}</h3>
        <Switch
          size="xs"
          className="no-print"
          label={words.ignoreTimes}
          checked={!times}
          onChange={event => setTimes(!event.currentTarget.checked)}
        />
      </div>
      {before.length > kMostLines || after.length > kMostLines ? (
        <p className={`${classes.partNote} soft`}>{words.tooLong}</p>
      ) : null}
      {equal ? (
        <p className={`${classes.partNote} soft`}>{words.same}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls needs the keyboard
        <section className={own.diff} tabIndex={0} aria-label={words.output}>
          {hunksOf(lines).map((hunk, index) =>
            hunk.kind === 'skipped' ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: hunks have no other identity
              <div key={index} className={own.skipped}>
                {words.unchanged(hunk.count)}
              </div>
            ) : (
              hunk.lines.map((line, number) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity
                <div key={`${index} ${number}`} className={own[`diff-${line.kind}`]}>
                  <span className={own.sign} title={names[line.kind] || undefined}>
                    {signs[line.kind]}
                  </span>
                  <span>{line.text}</span>
                </div>
              ))
            ),
          )}
        </section>
      )}
    </div>
  );
}
