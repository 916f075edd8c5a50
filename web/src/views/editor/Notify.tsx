import { Checkbox } from '@mantine/core';
import { Section } from '../../components/Page';
import { useText } from '../../i18n';
import { useEditor } from './context';
import { getAt, textAt } from './definition';
import classes from './editor.module.css';
import { FieldGrid, GroupField, TextField } from './fields';

const kOn = 'job_context.notify.on';
const kDefault = ['success', 'interrupt', 'abandon'];

/// The webhook and what it receives.
export function Notify() {
  const t = useText();
  const { state } = useEditor();
  const webhook = textAt(state.draft, 'job_context.notify.webhook') !== '';
  const set = webhook || getAt(state.draft, kOn) !== undefined;
  return (
    <Section title={t.editor.sections.notify}>
      <div className={classes.body}>
        <TextField path="job_context.notify.webhook" label={t.editor.webhook} mono />
        {set ? <Events /> : null}
        <FieldGrid>
          <TextField path="job_context.max_lateness" label={t.editor.maxLateness} standard={t.editor.never} />
          <TextField path="job_context.max_duration" label={t.editor.maxDuration} standard={t.editor.never} />
        </FieldGrid>
      </div>
    </Section>
  );
}

function Events() {
  const t = useText();
  const { state, set } = useEditor();
  const found = getAt(state.draft, kOn);
  const on = Array.isArray(found) ? found.map(String) : kDefault;
  const toggle = (name: string, checked: boolean) => {
    const order = Object.keys(t.editor.events);
    const next = checked ? [...on, name] : on.filter(each => each !== name);
    next.sort((a, b) => order.indexOf(a) - order.indexOf(b));
    const standard = next.length === kDefault.length && kDefault.every(each => next.includes(each));
    set(kOn, standard ? undefined : next);
  };
  return (
    <GroupField path={kOn} label={t.editor.eventsTitle} help={t.editor.eventsDefault}>
      <div className={classes.events}>
        {Object.entries(t.editor.events).map(([name, { title, help }]) => (
          <Checkbox
            key={name}
            size="sm"
            label={title}
            description={help}
            checked={on.includes(name)}
            onChange={event => toggle(name, event.currentTarget.checked)}
          />
        ))}
      </div>
    </GroupField>
  );
}
