import { Switch } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Icon } from '../../components/icons';
import { EmptyState, ErrorState } from '../../components/States';
import { formatNumber, useText } from '../../i18n';
import { type Follow, useLiveOutput } from './live_output';
import { linesOf, piecesOf, prettyJson } from './model';
import { OutputViewer } from './OutputViewer';
import classes from './output.module.css';
import type { Attempt } from './queries';

/// What an attempt that has ended wrote, or received.
export function StoredOutput({ attempt, fileName }: { attempt: Attempt; fileName: string }) {
  const t = useText();
  const words = t.execution.output;
  const formatted = useMemo(() => prettyJson(attempt.output), [attempt.output]);
  const [pretty, setPretty] = useState(true);
  const lines = useMemo(
    () => linesOf(formatted !== null && pretty ? [{ stream: 'stdout', text: formatted }] : piecesOf(attempt)),
    [attempt, formatted, pretty],
  );
  if (lines.length === 0)
    return (
      <EmptyState compact title={words.none}>
        {words.noneHelp}
      </EmptyState>
    );
  return (
    <OutputViewer
      lines={lines}
      version={pretty ? 1 : 0}
      growing={false}
      fileName={fileName}
      status={<Kept attempt={attempt} />}
      switches={
        formatted !== null ? (
          <Switch
            size="xs"
            label={words.pretty}
            checked={pretty}
            onChange={event => setPretty(event.currentTarget.checked)}
          />
        ) : null
      }
    />
  );
}

/// Says how much of a long output is kept: the end of a command's, the beginning of a response.
function Kept({ attempt }: { attempt: Attempt }) {
  const t = useText();
  const detail = attempt.detail as { output_size?: number; body_size?: number };
  const kept = useMemo(() => new TextEncoder().encode(attempt.output).length, [attempt.output]);
  const all = detail.output_size ?? detail.body_size ?? kept;
  if (all <= kept) return <span className="soft">{size(all)}</span>;
  const words = t.execution.output;
  return (
    <span>{(detail.output_size === undefined ? words.cutStart : words.cut)(size(kept), size(all))}</span>
  );
}

/// The output of the attempt that is under way, as it is written.
export function LiveOutput({ id, fileName }: { id: string; fileName: string }) {
  const t = useText();
  const words = t.execution.output;
  const live = useLiveOutput(id, bytes => words.lost(size(bytes)));
  if (live.state === 'refused') return <ErrorState compact error={new Error(words.failed)} />;
  if (live.lines.length === 0)
    return (
      <EmptyState compact title={words.waiting}>
        <LiveMark state={live.state} />
      </EmptyState>
    );
  return (
    <OutputViewer
      lines={live.lines}
      version={live.version}
      growing={live.state !== 'ended'}
      fileName={fileName}
      status={<LiveMark state={live.state} />}
    />
  );
}

function LiveMark({ state }: { state: Follow }) {
  const t = useText();
  const words = t.execution.output;
  const ended = state === 'ended';
  return (
    <span className={classes.live} role="status">
      {ended ? (
        <Icon name="check" size={12} />
      ) : (
        <i className={state === 'live' ? classes.pulse : classes.still} />
      )}
      {ended ? words.ended : state === 'live' ? words.live : words.reconnecting}
    </span>
  );
}

/// "350 B", "28.1 KiB", "2 MiB".
export function size(bytes: number): string {
  if (bytes < 1_024) return `${formatNumber(bytes)} B`;
  if (bytes < 1_024 ** 2) return `${formatNumber(bytes / 1_024, 1)} KiB`;
  return `${formatNumber(bytes / 1_024 ** 2, 1)} MiB`;
}
