import { Section } from '../../components/Page';
import { useText } from '../../i18n';
import { durationText, parseDuration } from './duration';
import classes from './editor.module.css';
import { ChoiceField, FieldGrid, TextField } from './fields';
import { KeyValues } from './KeyValues';
import { kBuiltIn } from './policies';

/// What describes and limits the job.
export function More() {
  const t = useText();
  return (
    <Section title={t.editor.sections.more}>
      <div className={classes.body}>
        <FieldGrid wide>
          <KeyValues path="job_context.labels" label={t.editor.labels} names={['team', 'env', 'tier']} />
          <TextField path="remarks" label={t.editor.remarks} rows={2} />
        </FieldGrid>
        <FieldGrid>
          <TextField path="job_context.priority" label={t.editor.priority} standard="0" numeric />
          <TextField
            path="job_context.retention"
            label={t.editor.retention}
            standard={durationText(parseDuration(kBuiltIn.retention) ?? 0)}
          />
          <TextField path="job_context.concurrency_key" label={t.editor.concurrencyKey} mono />
          <TextField
            path="job_context.max_concurrency"
            label={t.editor.maxConcurrency}
            standard="1"
            numeric
          />
          <ChoiceField
            path="job_context.on_node_loss"
            label={t.editor.nodeLoss}
            options={t.editor.nodeLosses}
            standard={kBuiltIn.on_node_loss}
          />
        </FieldGrid>
      </div>
    </Section>
  );
}
