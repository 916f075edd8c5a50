import { ActionIcon, Button, Switch, TextInput, Tooltip } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { Icon } from '../../components/icons';
import { useText } from '../../i18n';
import type { Line } from './model';
import classes from './output.module.css';
import { findMatches, type Match, partsOf } from './output_search';
import { usePrinting } from './printing';

type Props = {
  lines: Line[];
  /// Changes whenever `lines` does, which may be the same array.
  version: number;
  /// Whether more may come: the view follows the end until the reader scrolls up.
  growing: boolean;
  status?: ReactNode;
  fileName: string;
  switches?: ReactNode;
};

const kLineHeight = 20;
const kPrinted = 5_000;

/// Output with line numbers, search, wrapping and download. Only the lines on the screen exist, so that fifty thousand
/// scroll like fifty.
export function OutputViewer({ lines, version, growing, status, fileName, switches }: Props) {
  const t = useText();
  const words = t.execution.output;
  const printing = usePrinting();
  const box = useRef<HTMLDivElement>(null);
  const [wrap, setWrap] = useState(true);
  const [follow, setFollow] = useState(growing);
  const search = useSearchIn(lines, version);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => kLineHeight,
    overscan: 20,
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: each change of the lines scrolls to the end
  useEffect(() => {
    if (follow && growing && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [version, follow, growing]);
  const { current } = search;
  useEffect(() => {
    if (current) virtual.scrollToIndex(current.line, { align: 'center' });
  }, [current, virtual]);

  function onScroll() {
    const element = box.current;
    if (!element || !growing) return;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < kLineHeight * 1.5;
    if (atEnd !== follow) setFollow(atEnd);
  }

  const digits = String(lines.length).length;
  const line = (index: number) => (
    <OutputLine
      line={lines[index]}
      number={index + 1}
      digits={digits}
      matches={search.byLine.get(index)}
      current={current}
      stderr={words.stderr}
    />
  );
  return (
    <div className={classes.viewer}>
      <div className={`${classes.bar} no-print`}>
        <SearchField search={search} />
        <div className={classes.switches}>
          {switches}
          {growing ? (
            <Switch
              size="xs"
              label={words.follow}
              checked={follow}
              onChange={event => setFollow(event.currentTarget.checked)}
            />
          ) : null}
          <Switch
            size="xs"
            label={words.wrap}
            checked={wrap}
            onChange={event => setWrap(event.currentTarget.checked)}
          />
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<Icon name="download" />}
            onClick={() => download(lines, fileName)}
          >
            {words.download}
          </Button>
        </div>
      </div>
      <div
        ref={box}
        role="log"
        aria-live="off"
        aria-label={words.label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls needs the keyboard
        tabIndex={0}
        className={`${classes.box} ${wrap ? classes.wrapped : ''}`}
        onScroll={onScroll}
      >
        {printing ? (
          lines.slice(0, kPrinted).map((_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other identity
            <div key={index}>{line(index)}</div>
          ))
        ) : (
          <div
            style={{ height: virtual.getTotalSize(), position: 'relative', minWidth: 'max-content' }}
            className={classes.inner}
          >
            {virtual.getVirtualItems().map(item => (
              <div
                key={item.key}
                data-index={item.index}
                ref={virtual.measureElement}
                className={classes.slot}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {line(item.index)}
              </div>
            ))}
          </div>
        )}
      </div>
      <div className={classes.status}>
        <span className="num">{words.lines(lines.length)}</span>
        {status}
      </div>
    </div>
  );
}

function OutputLine(props: {
  line: Line | undefined;
  number: number;
  digits: number;
  matches: Match[] | undefined;
  current: Match | undefined;
  stderr: string;
}) {
  const { line, number, digits, matches } = props;
  if (!line) return null;
  const bad = line.stream === 'stderr';
  return (
    <div className={`${classes.line} ${bad ? classes.stderr : ''}`}>
      <span className={classes.number} style={{ minWidth: `${digits}ch` }} aria-hidden="true">
        {number}
      </span>
      <span className={classes.mark} title={bad ? props.stderr : undefined}>
        {bad ? '!' : ''}
        {bad ? <span className="visually-hidden"> {props.stderr}: </span> : null}
      </span>
      <span className={classes.text}>
        {matches
          ? partsOf(line.text, matches, props.current).map((part, index) =>
              part.kind === 'plain' ? (
                part.text
              ) : (
                // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other identity
                <mark key={index} className={part.kind === 'current' ? classes.currentMatch : classes.match}>
                  {part.text}
                </mark>
              ),
            )
          : line.text}
      </span>
    </div>
  );
}

function useSearchIn(lines: Line[], version: number) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: lines may change in place; version says when
  const matches = useMemo(() => findMatches(lines, text), [lines, version, text]);
  const byLine = useMemo(() => {
    const map = new Map<number, Match[]>();
    for (const match of matches) map.set(match.line, [...(map.get(match.line) ?? []), match]);
    return map;
  }, [matches]);
  const index = matches.length === 0 ? 0 : ((at % matches.length) + matches.length) % matches.length;
  return {
    text,
    set(value: string) {
      setText(value);
      setAt(0);
    },
    step: (by: number) => setAt(index + by),
    count: matches.length,
    index,
    current: matches[index],
    byLine,
  };
}

function SearchField({ search }: { search: ReturnType<typeof useSearchIn> }) {
  const t = useText();
  const words = t.execution.output;
  const none = search.count === 0;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      search.step(event.shiftKey ? -1 : 1);
    } else if (event.key === 'Escape' && search.text) {
      event.preventDefault();
      search.set('');
    }
  };
  return (
    <div className={classes.search}>
      <TextInput
        size="xs"
        aria-label={words.search}
        placeholder={words.search}
        leftSection={<Icon name="search" size={14} />}
        value={search.text}
        onChange={event => search.set(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        className={classes.searchField ?? ''}
      />
      {search.text ? (
        <>
          <span className={`${classes.count} num`} role="status">
            {words.matches(search.index + 1, search.count)}
          </span>
          <Step icon="up" label={words.previous} disabled={none} onClick={() => search.step(-1)} />
          <Step icon="down" label={words.next} disabled={none} onClick={() => search.step(1)} />
        </>
      ) : null}
    </div>
  );
}

function Step(props: { icon: 'up' | 'down'; label: string; disabled: boolean; onClick: () => void }) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon size={28} aria-label={props.label} disabled={props.disabled} onClick={props.onClick}>
        <Icon name={props.icon} />
      </ActionIcon>
    </Tooltip>
  );
}

function download(lines: Line[], fileName: string): void {
  const blob = new Blob([`${lines.map(({ text }) => text).join('\n')}\n`], {
    type: 'text/plain;charset=utf-8',
  });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
