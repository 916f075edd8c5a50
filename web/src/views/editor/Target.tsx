import { Button, NativeSelect, SegmentedControl, Switch, TextInput } from '@mantine/core';
import { useRef } from 'react';
import { Section } from '../../components/Page';
import { useText } from '../../i18n';
import { useEditor } from './context';
import { Disclosure } from './Disclosure';
import {
  emptyTarget,
  getAt,
  type Target as Stored,
  type TargetKind,
  targetKind,
  targetOf,
  textAt,
  withTarget,
  withUrl,
} from './definition';
import classes from './editor.module.css';
import { ChoiceField, FieldGrid, TextField } from './fields';
import { JsonField } from './JsonField';
import { KeyValues } from './KeyValues';
import { Kubernetes } from './Kubernetes';
import { kBuiltIn } from './policies';

const kMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const kHeaders = ['Accept', 'Authorization', 'Content-Type', 'Idempotency-Key', 'User-Agent'];

/// What the job calls: one of three kinds. What was entered for another kind returns when it is chosen again.
export function Target() {
  const t = useText();
  const { state, dispatch } = useEditor();
  const kind = targetKind(state.draft);
  const others = useRef<Partial<Record<TargetKind, Stored>>>({});
  const choose = (next: TargetKind) => {
    if (next === kind) return;
    others.current[kind] = targetOf(state.draft);
    dispatch({ type: 'replace', draft: withTarget(state.draft, others.current[next] ?? emptyTarget(next)) });
  };
  return (
    <Section title={t.editor.sections.target}>
      <div className={classes.body}>
        <SegmentedControl
          className={classes.segments ?? ''}
          aria-label={t.editor.kind}
          value={kind}
          onChange={value => choose(value as TargetKind)}
          data={(['http', 'command', 'kubernetes'] as const).map(value => ({
            value,
            label: t.editor.kinds[value],
          }))}
        />
        {kind === 'http' ? <Http /> : kind === 'command' ? <Command /> : <Kubernetes />}
      </div>
    </Section>
  );
}

function Http() {
  const t = useText();
  const { state, dispatch, set, errorAt } = useEditor();
  const method = textAt(state.draft, 'job_context.info.method').toUpperCase() || 'POST';
  const completion = textAt(state.draft, 'job_context.completion');
  return (
    <>
      <div className={classes.request}>
        <NativeSelect
          id="job_context.info.method"
          label={t.editor.method}
          data={kMethods.includes(method) ? kMethods : [...kMethods, method]}
          value={method}
          error={errorAt('job_context.info.method')}
          onChange={event => set('job_context.info.method', event.currentTarget.value)}
        />
        <TextInput
          id="job_context.exec"
          label={t.editor.url}
          type="url"
          inputMode="url"
          placeholder="https://example.com/report"
          value={textAt(state.draft, 'job_context.exec')}
          error={errorAt('job_context.exec') ?? errorAt('job_context.mode')}
          spellCheck={false}
          autoComplete="off"
          classNames={{ input: 'mono' }}
          onChange={event =>
            dispatch({ type: 'replace', draft: withUrl(state.draft, event.currentTarget.value) })
          }
          onBlur={() => dispatch({ type: 'touch', path: 'job_context.exec' })}
        />
      </div>
      <FieldGrid wide>
        <KeyValues path="job_context.info.headers" label={t.editor.headers} names={kHeaders} />
        <KeyValues path="job_context.info.params" label={t.editor.params} />
      </FieldGrid>
      {method === 'GET' || method === 'HEAD' || method === 'DELETE' ? null : (
        <JsonField
          path="job_context.info.body"
          label={t.editor.body}
          help={t.editor.bodyHelp}
          invalid={t.editor.bodyInvalid}
        />
      )}
      <FieldGrid>
        <ChoiceField
          path="job_context.completion"
          label={t.editor.completion}
          options={t.editor.completions}
          standard={kBuiltIn.completion}
        />
        {completion === 'response' ? null : (
          <TextField
            path="job_context.callback_timeout"
            label={t.editor.callbackTimeout}
            standard={kBuiltIn.callback_timeout}
          />
        )}
      </FieldGrid>
    </>
  );
}

/// Characters that mean something to a shell only.
const kShellSyntax = /[|<>;&]|\$\(|`|\$\w/;

function Command() {
  const t = useText();
  const { state, set } = useEditor();
  const shell = getAt(state.draft, 'job_context.info.shell') === true;
  const needsShell = !shell && kShellSyntax.test(textAt(state.draft, 'job_context.exec'));
  return (
    <>
      <TextField
        path="job_context.exec"
        label={t.editor.command}
        help={shell ? t.editor.commandHelp.shell : t.editor.commandHelp.plain}
        placeholder="/usr/local/bin/backup --database orders"
        mono
        rows={2}
        required
      />
      {needsShell ? (
        <div className={classes.hint}>
          {t.editor.shellSyntax}
          <Button size="compact-sm" variant="default" onClick={() => set('job_context.info.shell', true)}>
            {t.editor.useShell}
          </Button>
        </div>
      ) : null}
      <Switch
        id="job_context.info.shell"
        label={t.editor.shell}
        checked={shell}
        onChange={event => set('job_context.info.shell', event.currentTarget.checked || undefined)}
      />
      <FieldGrid wide>
        <KeyValues path="job_context.info.params" label={t.editor.args} help={t.editor.argsHelp} />
        <KeyValues path="job_context.info.environment" label={t.editor.environment} />
      </FieldGrid>
      <Disclosure
        label={t.editor.further}
        paths={['job_context.info.working_directory', 'job_context.info.body']}
      >
        <TextField path="job_context.info.working_directory" label={t.editor.workingDirectory} mono />
        <JsonField
          path="job_context.info.body"
          label={t.editor.stdin}
          help={t.editor.bodyHelp}
          invalid={t.editor.bodyInvalid}
        />
      </Disclosure>
    </>
  );
}
