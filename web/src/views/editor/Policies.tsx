import { Icon } from '../../components/icons';
import { Section } from '../../components/Page';
import { useText } from '../../i18n';
import { clockTime } from '../../time/format';
import { useEditor } from './context';
import { getAt, targetKind, textAt } from './definition';
import { durationText, parseDuration } from './duration';
import classes from './editor.module.css';
import { ChoiceField, FieldGrid, TextField } from './fields';
import { ListField } from './ListField';
import { kBuiltIn, policySentences } from './policies';

const spoken = (text: string): string => durationText(parseDuration(text) ?? 0);

/// Attempts, missed and overlapping runs; above them what all of it means together.
export function Policies() {
  const t = useText();
  const { state } = useEditor();
  const kind = targetKind(state.draft);
  const scheduled =
    textAt(state.draft, 'job_type') !== 'real-time' || textAt(state.draft, 'job_cron_time').trim() !== '';
  return (
    <Section title={t.editor.sections.policies}>
      <div className={classes.body}>
        <Meaning />
        <h3 className={classes.small}>{t.editor.sections.retry}</h3>
        <FieldGrid>
          <TextField
            path="job_context.timeout"
            label={t.editor.timeout}
            standard={spoken(kBuiltIn.timeout[kind])}
          />
          <TextField
            path="job_context.retry.max_attempts"
            label={t.editor.retry.attempts}
            standard={String(kBuiltIn.max_attempts)}
            numeric
          />
          <TextField
            path="job_context.retry.initial"
            label={t.editor.retry.initial}
            standard={spoken(kBuiltIn.initial)}
          />
          <TextField
            path="job_context.retry.multiplier"
            label={t.editor.retry.multiplier}
            standard={String(kBuiltIn.multiplier)}
            numeric
          />
          <TextField
            path="job_context.retry.max"
            label={t.editor.retry.max}
            standard={spoken(kBuiltIn.max)}
          />
          <RetryCodes />
        </FieldGrid>
        {scheduled ? (
          <>
            <h3 className={classes.small}>{t.editor.sections.misfire}</h3>
            <FieldGrid>
              <ChoiceField
                path="job_context.misfire"
                label={t.editor.misfire}
                options={t.editor.misfires}
                standard={kBuiltIn.misfire}
              />
              <TextField
                path="job_context.misfire_grace"
                label={t.editor.misfireGrace}
                standard={spoken(kBuiltIn.misfire_grace)}
              />
              <ChoiceField
                path="job_context.overlap"
                label={t.editor.overlap}
                options={t.editor.overlaps}
                standard={kBuiltIn.overlap}
              />
              <TextField
                path="job_context.start_deadline"
                label={t.editor.startDeadline}
                standard={t.editor.noDeadline}
              />
            </FieldGrid>
          </>
        ) : null}
        <p className={`${classes.under} soft`}>{t.editor.builtInNote}</p>
      </div>
    </Section>
  );
}

/// The sentences follow each change of the form and of the document.
function Meaning() {
  const t = useText();
  const { state, preview } = useEditor();
  const data = preview.isError ? undefined : preview.data;
  const first = data?.next[0];
  const at = data && first ? clockTime(Date.parse(first), data.timezone) : null;
  const empty = textAt(state.draft, 'job_cron_time').trim() === '';
  const next = empty ? [] : (data?.next ?? []);
  const sentences = policySentences(state.draft, next, empty ? null : at, t);
  return (
    <section className={classes.meaning} aria-label={t.editor.meaning} aria-live="polite">
      <h3 className={classes.small}>{t.editor.meaning}</h3>
      <ul>
        {sentences.map(({ text, warn }) => (
          <li key={text} className={warn ? classes.warn : ''}>
            {warn ? <Icon name="warning" size={14} /> : null}
            <span>{text}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const kCodes = 'job_context.retry.on';

/// The list of retried codes as one text.
function RetryCodes() {
  const t = useText();
  const { state, set } = useEditor();
  const codes = getAt(state.draft, kCodes);
  return (
    <ListField
      path={kCodes}
      label={t.editor.retry.on}
      help={t.editor.retry.onHelp}
      value={Array.isArray(codes) ? codes.map(String) : []}
      onChange={items =>
        set(
          kCodes,
          items.length > 0 ? items.map(item => (/^\d+$/.test(item) ? Number(item) : item)) : undefined,
        )
      }
    />
  );
}
