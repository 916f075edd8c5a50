import { Button, Checkbox } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { useCan } from '../../auth/permissions';
import { Icon } from '../../components/icons';
import { Section } from '../../components/Page';
import { RelativeTime } from '../../components/RelativeTime';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import table from '../../components/Table.module.css';
import { formatNumber, useText } from '../../i18n';
import classes from './operations.module.css';
import { useDeadLetterPages, useRedelivery } from './queries';

type Letter = Schemas['DeadLetter'];

/// Webhooks that were given up, to be delivered again one by one or together.
export function DeadLetters() {
  const t = useText();
  const words = t.operations.letters;
  const letters = useDeadLetterPages();
  const mayWrite = useCan('write');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const redelivery = useRedelivery(() => setChosen(new Set()));
  const rows = letters.data?.pages.flatMap(page => page.rows);
  const selected = (rows ?? []).filter(({ dead_letter_id }) => chosen.has(dead_letter_id));

  if (!rows)
    return (
      <Section title={words.title}>
        {letters.error ? (
          <ErrorState error={letters.error} onRetry={() => letters.refetch()} />
        ) : (
          <div className={classes.bones}>
            <Bone width="70%" />
            <Bone width="60%" />
            <Bone width="65%" />
          </div>
        )}
      </Section>
    );
  if (rows.length === 0)
    return (
      <Section title={words.title}>
        <EmptyState icon="check" title={words.none}>
          {words.noneHelp}
        </EmptyState>
      </Section>
    );
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  return (
    <Section title={words.title}>
      {mayWrite ? (
        <div className={`${classes.toolbar} no-print`}>
          <Checkbox
            label={selected.length > 0 ? words.selected(selected.length) : words.selectAll}
            checked={selected.length === rows.length}
            indeterminate={selected.length > 0 && selected.length < rows.length}
            onChange={() =>
              setChosen(
                selected.length === rows.length ? new Set() : new Set(rows.map(row => row.dead_letter_id)),
              )
            }
          />
          <span className={classes.grow} />
          <Button
            size="xs"
            disabled={selected.length === 0}
            loading={redelivery.isPending}
            leftSection={<Icon name="retry" />}
            onClick={() => redelivery.mutate(selected.map(row => row.dead_letter_id))}
          >
            {words.redeliver}
          </Button>
        </div>
      ) : null}
      <table className={table.table}>
        <thead>
          <tr>
            {mayWrite ? (
              <th className="no-print">
                <span className="visually-hidden">{words.redeliver}</span>
              </th>
            ) : null}
            <th>{words.receiver}</th>
            <th>{words.reason}</th>
            <th className={table.number}>{words.tries}</th>
            <th>{words.created}</th>
            <th>{words.died}</th>
            <th>{words.execution}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(row => (
            <LetterRow
              key={row.dead_letter_id}
              letter={row}
              chosen={chosen.has(row.dead_letter_id)}
              onToggle={mayWrite ? () => toggle(row.dead_letter_id) : null}
            />
          ))}
        </tbody>
      </table>
      {letters.hasNextPage ? (
        <div className={`${table.more} no-print`}>
          <Button
            variant="default"
            loading={letters.isFetchingNextPage}
            onClick={() => letters.fetchNextPage()}
          >
            {words.more}
          </Button>
        </div>
      ) : null}
    </Section>
  );
}

function LetterRow({
  letter,
  chosen,
  onToggle,
}: {
  letter: Letter;
  chosen: boolean;
  onToggle: (() => void) | null;
}) {
  const words = useText().operations.letters;
  const { webhook, reason, code, tries, created_at, died_at, execute_id } = letter;
  return (
    <tr>
      {onToggle ? (
        <td className={`${table.tight} no-print`}>
          <Checkbox aria-label={words.select(webhook)} checked={chosen} onChange={onToggle} />
        </td>
      ) : null}
      <td data-label={words.receiver}>
        <span className={classes.receiver}>{webhook}</span>
      </td>
      <td data-label={words.reason}>
        <span>
          {code > 0 ? <strong className="num">{words.status(code)} </strong> : null}
          {reason}
        </span>
      </td>
      <td data-label={words.tries} className={`${table.number} num`}>
        {formatNumber(tries)}
      </td>
      <td data-label={words.created} className={table.tight}>
        <RelativeTime at={created_at} />
      </td>
      <td data-label={words.died} className={table.tight}>
        <RelativeTime at={died_at} />
      </td>
      <td data-label={words.execution} className={table.tight}>
        {execute_id ? (
          <Link to="/executions/$executeId" params={{ executeId: execute_id }}>
            {words.open}
          </Link>
        ) : (
          '—'
        )}
      </td>
    </tr>
  );
}
