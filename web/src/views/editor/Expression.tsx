import { Button, Input } from '@mantine/core';
import { ApiError } from '../../api/client';
import { Icon } from '../../components/icons';
import { useLanguage, useText } from '../../i18n';
import { useEditor } from './context';
import { setAt, textAt } from './definition';
import { namedZones, proposals } from './proposals';
import classes from './schedule.module.css';

const kPath = 'job_cron_time';

/// The expression, how the server reads it in words of both languages, and what is wrong with it.
export function Expression({ optional, instant }: { optional: boolean; instant: boolean }) {
  const t = useText();
  const s = t.editor.schedule;
  const { state, dispatch, set, errorAt, preview } = useEditor();
  const text = textAt(state.draft, kPath);
  const error = errorAt(kPath);
  const position = preview.isError && preview.error instanceof ApiError ? preview.error.position : null;
  const label = instant ? s.expressionOrInstant : s.expression;
  return (
    <Input.Wrapper id={kPath} label={optional ? `${label} (${s.optional})` : label} error={error}>
      <Input
        id={kPath}
        value={text}
        error={error !== undefined}
        placeholder={instant ? '2027-01-31T08:30:00Z' : '30 2 * * 1-5'}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        classNames={{ input: classes.expressionInput ?? '' }}
        onChange={event => set(kPath, event.currentTarget.value)}
        onBlur={() => dispatch({ type: 'touch', path: kPath })}
      />
      {position !== null && text ? <Mark text={text} position={position} /> : null}
    </Input.Wrapper>
  );
}

/// Points at the character where reading failed.
function Mark({ text, position }: { text: string; position: number }) {
  const characters = [...text.trimStart()];
  const at = Math.min(position, characters.length);
  return (
    <div className={classes.mark} aria-hidden="true">
      {characters.slice(0, at).join('')}
      <b>{characters.slice(at).join('') || '␣'}</b>
    </div>
  );
}

/// The words of both languages, that of the page first.
export function Words() {
  const language = useLanguage();
  const t = useText();
  const { preview } = useEditor();
  if (!preview.data) return null;
  const { en, zh } = preview.data.description;
  const [first, second] = language === 'en' ? [en, zh] : [zh, en];
  const names = preview.data.fields.split(' ');
  const fields = names
    .map(name => t.editor.schedule.fields[name as keyof typeof t.editor.schedule.fields])
    .filter(Boolean);
  return (
    <div>
      <p className={classes.words}>{first}</p>
      <p className={`${classes.wordsToo} soft`} lang={language === 'en' ? 'zh-CN' : 'en'}>
        {second}
      </p>
      {fields.length > 1 ? (
        <p className={`${classes.wordsToo} soft`}>
          {t.editor.schedule.readAs}
          {fields.join(' · ')}
        </p>
      ) : null}
    </div>
  );
}

/// Warnings of the server, and other expressions that may have been meant.
export function Advice() {
  const t = useText();
  const s = t.editor.schedule;
  const { state, dispatch, errors, preview } = useEditor();
  const warnings = preview.isError ? [] : (preview.data?.warnings ?? []);
  const zones = errors
    .filter(error => error.path === 'job_context.timezone')
    .flatMap(error => namedZones(error.reason));
  const wrong = warnings.length > 0 || errors.some(error => error.path === kPath);
  const quartz = textAt(state.draft, 'job_context.dialect') === 'quartz';
  const meant = wrong ? proposals(textAt(state.draft, kPath), quartz) : [];
  if (warnings.length === 0 && meant.length === 0 && zones.length === 0) return null;
  const replace = (draft: typeof state.draft) => dispatch({ type: 'replace', draft });
  return (
    <div className={classes.advice}>
      {warnings.length > 0 ? (
        <ul aria-label={s.warnings}>
          {warnings.map(warning => (
            <li key={warning}>
              <Icon name="warning" size={14} />
              <span>{warning}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {meant.length + zones.length > 0 ? (
        <div className={classes.proposals}>
          <span className="soft">{s.didYouMean}</span>
          {meant.map(({ expression, reason, type }) => (
            <Button
              key={`${expression} ${reason}`}
              size="compact-sm"
              variant="default"
              classNames={{ root: classes.proposal ?? '', label: classes.proposalText ?? '' }}
              onClick={() => {
                const draft = setAt(state.draft, kPath, expression);
                replace(type ? setAt(draft, 'job_type', type) : draft);
              }}
            >
              {type ? null : <code className={classes.proposed}>{expression}</code>}
              <span className={type ? '' : 'soft'}>{s.reasons[reason]}</span>
            </Button>
          ))}
          {zones.map(zone => (
            <Button
              key={zone}
              size="compact-sm"
              variant="default"
              classNames={{ root: classes.proposal ?? '', label: classes.proposalText ?? '' }}
              onClick={() => replace(setAt(state.draft, 'job_context.timezone', zone))}
            >
              {zone}
            </Button>
          ))}
        </div>
      ) : null}
    </div>
  );
}
