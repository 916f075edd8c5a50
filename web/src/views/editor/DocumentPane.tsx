import { Button, SegmentedControl } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Icon } from '../../components/icons';
import { useText } from '../../i18n';
import { CodeArea } from './CodeArea';
import { useEditor } from './context';
import type { Format } from './document';
import { unknownMembers } from './members';
import classes from './panes.module.css';

/// The definition as a document, live in both directions.
export function DocumentPane() {
  const t = useText();
  const { state, dispatch } = useEditor();
  const { failure } = state;
  const unknown = failure ? [] : unknownMembers(state.draft);
  return (
    <section className={`panel ${classes.document}`} aria-label={t.editor.document}>
      <header className={classes.documentHead}>
        <h2>{t.editor.document}</h2>
        <SegmentedControl
          size="xs"
          aria-label={t.editor.format}
          value={state.format}
          onChange={value => dispatch({ type: 'format', format: value as Format })}
          data={(['yaml', 'json'] as const).map(value => ({ value, label: t.editor.formats[value] }))}
        />
        <Copy text={state.text} />
      </header>
      <div className={classes.documentText}>
        <CodeArea
          id="document"
          value={state.text}
          format={state.format}
          label={t.editor.documentLabel(t.editor.formats[state.format])}
          errorLine={failure?.line ?? null}
          invalid={failure !== null}
          rows={12}
          onChange={text => dispatch({ type: 'text', text })}
        />
      </div>
      <footer className={classes.documentFoot} aria-live="polite">
        {failure ? (
          <p className={classes.bad}>
            <Icon name="warning" size={14} />
            <span>
              {failure.kind === 'type'
                ? t.editor.notAnObject
                : t.editor.syntaxError(failure.line, failure.message)}
              <br />
              {t.editor.formIsOlder}
            </span>
          </p>
        ) : unknown.length > 0 ? (
          <p className={classes.warn}>
            <Icon name="warning" size={14} />
            <span>{t.editor.unknownMembers(unknown)}</span>
          </p>
        ) : (
          <p className="soft">{t.editor.documentHelp}</p>
        )}
      </footer>
    </section>
  );
}

function Copy({ text }: { text: string }) {
  const t = useText();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      color="gray"
      className="no-print"
      leftSection={<Icon name={copied ? 'check' : 'copy'} size={14} />}
      onClick={() => void navigator.clipboard?.writeText(text).then(() => setCopied(true))}
    >
      {copied ? t.action.copied : t.action.copy}
    </Button>
  );
}
