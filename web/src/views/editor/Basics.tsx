import { Switch } from '@mantine/core';
import { Section } from '../../components/Page';
import { useText } from '../../i18n';
import { useEditor } from './context';
import { getAt } from './definition';
import classes from './editor.module.css';
import { TextField } from './fields';

/// Name and switch.
export function Basics() {
  const t = useText();
  const { state, set } = useEditor();
  const enabled = getAt(state.draft, 'enabled') === true;
  return (
    <Section title={t.editor.sections.basics}>
      <div className={`${classes.body} ${classes.basics}`}>
        <TextField path="job_name" label={t.editor.name} required placeholder="nightly-report" />
        <Switch
          id="enabled"
          className={classes.enabled ?? ''}
          label={t.editor.enabled}
          description={enabled ? t.editor.enabledHelp.on : t.editor.enabledHelp.off}
          checked={enabled}
          onChange={event => set('enabled', event.currentTarget.checked)}
        />
      </div>
    </Section>
  );
}
