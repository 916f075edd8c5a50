import { SegmentedControl, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useText } from '../../i18n';
import { useEditor } from './context';
import { Disclosure } from './Disclosure';
import { getAt, setAt, textAt } from './definition';
import classes from './editor.module.css';
import { FieldGrid, TextField, useDescription } from './fields';
import { JsonField } from './JsonField';
import { KeyValues } from './KeyValues';

const kBase = 'job_context.info.kubernetes';
const kBody = 'job_context.info.body';

/// A Kubernetes Job: by image and command, or by a manifest.
export function Kubernetes() {
  const t = useText();
  const { state, dispatch } = useEditor();
  const [manifest, setManifest] = useState(getAt(state.draft, kBody) !== undefined);
  const [kept, keep] = useState<ReturnType<typeof getAt>>(undefined);
  const choose = (next: boolean) => {
    setManifest(next);
    const body = getAt(state.draft, kBody);
    if (!next && body !== undefined) {
      keep(body);
      dispatch({ type: 'replace', draft: setAt(state.draft, kBody, undefined) });
    } else if (next && body === undefined && kept !== undefined)
      dispatch({ type: 'replace', draft: setAt(state.draft, kBody, kept) });
  };
  return (
    <>
      <SegmentedControl
        className={classes.segments ?? ''}
        aria-label={t.editor.kubernetes.from}
        value={manifest ? 'manifest' : 'image'}
        onChange={value => choose(value === 'manifest')}
        data={[
          { value: 'image', label: t.editor.kubernetes.image },
          { value: 'manifest', label: t.editor.kubernetes.manifest },
        ]}
      />
      {manifest ? (
        <JsonField
          path={kBody}
          label={t.editor.kubernetes.manifest}
          help={t.editor.kubernetes.manifestHelp}
          invalid={t.editor.kubernetes.manifestInvalid}
          format="yaml"
          rows={10}
        />
      ) : (
        <Image />
      )}
      <FieldGrid>
        <TextField path={`${kBase}.namespace`} label={t.editor.kubernetes.namespace} mono />
        <TextField path={`${kBase}.service_account`} label={t.editor.kubernetes.serviceAccount} mono />
      </FieldGrid>
      <Disclosure label={t.editor.kubernetes.proxy} paths={[`${kBase}.addr`, `${kBase}.port`]}>
        <FieldGrid>
          <TextField path={`${kBase}.addr`} label={t.editor.kubernetes.addr} mono />
          <TextField path={`${kBase}.port`} label={t.editor.kubernetes.port} standard="80" numeric />
        </FieldGrid>
      </Disclosure>
    </>
  );
}

function Image() {
  const t = useText();
  return (
    <>
      <TextField path={`${kBase}.image`} label={t.editor.kubernetes.imageField} mono required />
      <WordsField />
      <FieldGrid wide>
        <KeyValues path={`${kBase}.env`} label={t.editor.kubernetes.env} />
        <JsonField
          path={`${kBase}.resources`}
          label={t.editor.kubernetes.resources}
          invalid={t.editor.bodyInvalid}
          rows={3}
        />
      </FieldGrid>
    </>
  );
}

/// The command of the container as a list of words, one per line.
function WordsField() {
  const t = useText();
  const { state, dispatch, set, errorAt } = useEditor();
  const path = `${kBase}.command`;
  const found = getAt(state.draft, path);
  const stored = Array.isArray(found) ? found.map(String).join('\n') : textAt(state.draft, path);
  const [text, setText] = useState(stored);
  const words = (value: string) => value.split('\n').filter(line => line !== '');
  // The document changed the list: the text follows, but keeps empty lines that are being typed.
  const shown = words(text).join('\n') === stored ? text : stored;
  return (
    <Textarea
      id={path}
      label={t.editor.kubernetes.command}
      description={`${useDescription(path)} ${t.editor.kubernetes.commandHelp}`}
      inputWrapperOrder={['label', 'input', 'error', 'description']}
      placeholder={'sh\n-c\ndate'}
      autosize
      minRows={3}
      maxRows={10}
      spellCheck={false}
      classNames={{ input: 'mono' }}
      value={shown}
      error={errorAt(path)}
      onChange={event => {
        const next = event.currentTarget.value;
        setText(next);
        const list = words(next);
        set(path, list.length > 0 ? list : undefined);
      }}
      onBlur={() => dispatch({ type: 'touch', path })}
    />
  );
}
