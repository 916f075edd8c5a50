import { Button, Kbd, SegmentedControl } from '@mantine/core';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect, useMemo, useReducer, useRef, useState } from 'react';
import { ApiError, type Schemas } from '../../api/client';
import { useCan } from '../../auth/permissions';
import { Icon } from '../../components/icons';
import { Page } from '../../components/Page';
import { toastDone, toastWarned } from '../../components/toasts';
import { useText } from '../../i18n';
import { afterPress } from './after_press';
import { Basics } from './Basics';
import { Conflict } from './Conflict';
import { type Editor, EditorContext } from './context';
import { DocumentPane } from './DocumentPane';
import { textAt } from './definition';
import { ErrorSummary } from './ErrorSummary';
import classes from './editor.module.css';
import { concerns, fieldErrors, problemsOf } from './errors';
import { Leave } from './Leave';
import { More } from './More';
import { Newer } from './Newer';
import { Notify } from './Notify';
import { Policies } from './Policies';
import { problemText } from './problem_text';
import { usePreview } from './queries';
import { Schedule } from './Schedule';
import { useSave } from './save';
import { type EditorState, isChanged, reduce } from './state';
import { Target } from './Target';
import { TestRun } from './TestRun';

/// The editor of one job: form and document side by side, one above the other on narrow screens.
export function EditorForm({
  title,
  jobId,
  initial,
  newer,
  deleted,
  note,
}: {
  title: string;
  jobId: string | null;
  initial: EditorState;
  /// The stored job, if another client has changed it since.
  newer: (base: number | null) => Schemas['Job'] | null;
  deleted: boolean;
  note?: string | undefined;
}) {
  const t = useText();
  const navigate = useNavigate();
  const router = useRouter();
  const [state, dispatch] = useReducer(reduce, initial);
  const [side, setSide] = useState<'form' | 'document'>('form');
  const [testing, setTesting] = useState(false);
  const [comparing, setComparing] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const leaving = useRef(false);
  const preview = usePreview(state.draft, jobId);
  const target = deleted ? null : jobId;
  const save = useSave(target, state.revision);
  const mayRun = useCan('execute');
  const changed = isChanged(state);
  const theirs = newer(state.revision);

  // The server's opinion of the schedule needs no attempt to save.
  const previewErrors = useMemo(
    () => (preview.isError && preview.input.job_cron_time !== '' ? fieldErrors(preview.error, '') : []),
    [preview.isError, preview.error, preview.input.job_cron_time],
  );
  const errors = useMemo(() => {
    const own = problemsOf(state.draft)
      .filter(
        ({ path, problem }) =>
          // Nobody is blamed for what is still to be written.
          state.submitted || (problem.kind !== 'required' && state.touched.has(path)),
      )
      .map(({ path, problem }) => ({ path, reason: problemText(problem, t) }));
    const known = [...own, ...previewErrors];
    const said = state.refused.filter(error => !known.some(each => concerns(error, each.path)));
    return [...known, ...said];
  }, [state.draft, state.submitted, state.touched, state.refused, previewErrors, t]);

  const editor: Editor = {
    jobId,
    state,
    dispatch: action => {
      if (action.type === 'touch') afterPress(() => dispatch(action));
      else dispatch(action);
    },
    set: (path, value) => dispatch({ type: 'set', path, value }),
    errors,
    errorAt: path => errors.find(error => concerns(error, path))?.reason,
    preview,
  };

  const refused = (error: unknown) => {
    dispatch({ type: 'submit' });
    dispatch({ type: 'refuse', errors: fieldErrors(error, t.editor.nameTaken) });
    setFailure(error);
    setAttempt(attempt + 1);
  };

  const submit = () => {
    if (save.isPending) return;
    dispatch({ type: 'submit' });
    setFailure(null);
    if (state.failure || previewErrors.length > 0 || problemsOf(state.draft).length > 0) {
      setAttempt(attempt + 1);
      if (state.failure) {
        setSide('document');
        document.getElementById('document')?.focus();
      } else setSide('form');
      return;
    }
    save.mutate(state.draft, {
      onSuccess: ({ id, name, warnings }) => {
        leaving.current = true;
        const said = target ? t.editor.saved(name) : t.editor.created(name);
        if (warnings.length > 0) toastWarned(said, warnings);
        else toastDone(said);
        void navigate({ to: '/jobs/$jobId', params: { jobId: id } });
      },
      onError: error => {
        if (error instanceof ApiError && error.status === 412) setComparing(true);
        else refused(error);
      },
    });
  };
  useSaveKey(submit);
  useEffect(() => {
    if (jobId === null) document.getElementById('job_name')?.focus({ preventScroll: true });
    else if (isChanged(initial)) showExpression();
  }, [jobId, initial]);

  const cancel = () => {
    if (router.history.canGoBack()) router.history.back();
    else void navigate(jobId ? { to: '/jobs/$jobId', params: { jobId } } : { to: '/jobs' });
  };
  const startTest = () => {
    if (state.failure || targetMissing(state)) {
      dispatch({ type: 'submit' });
      setAttempt(attempt + 1);
    } else setTesting(true);
  };

  return (
    <EditorContext value={editor}>
      <Page title={title}>
        <SegmentedControl
          className={`${classes.sides} no-print`}
          aria-label={t.editor.formOrDocument}
          value={side}
          onChange={value => setSide(value as typeof side)}
          data={[
            { value: 'form', label: t.editor.form },
            { value: 'document', label: t.editor.document },
          ]}
        />
        <Newer theirs={theirs} deleted={deleted} note={note} onCompare={() => setComparing(true)} />
        <div className={classes.columns} data-side={side}>
          <div className={classes.form}>
            <ErrorSummary errors={errors} failure={failure} attempt={attempt} />
            <Basics />
            <Target />
            <Schedule />
            <Policies />
            <Notify />
            <More />
          </div>
          <div className={classes.aside}>
            <DocumentPane />
          </div>
        </div>
        <footer className={`${classes.bar} no-print`} data-bar>
          <span className="soft" role="status">
            {changed ? t.editor.unsaved : jobId ? t.editor.unchanged : ''}
          </span>
          <div className={classes.barActions}>
            <Button variant="subtle" color="gray" onClick={cancel}>
              {t.action.cancel}
            </Button>
            {mayRun ? (
              <Button
                variant="default"
                leftSection={<Icon name="executions" size={14} />}
                onClick={startTest}
              >
                {t.editor.test}
              </Button>
            ) : null}
            <Button
              onClick={submit}
              loading={save.isPending}
              disabled={target !== null && !changed}
              rightSection={<Kbd className={classes.key ?? ''}>Ctrl S</Kbd>}
            >
              {target ? t.editor.save : deleted ? t.editor.createAnew : t.editor.create}
            </Button>
          </div>
        </footer>
      </Page>
      <Leave changed={changed} leaving={leaving} />
      {testing ? (
        <TestRun
          onClose={() => setTesting(false)}
          onRefused={error => {
            setTesting(false);
            refused(error);
          }}
        />
      ) : null}
      {comparing && theirs ? (
        <Conflict
          theirs={theirs}
          onClose={() => setComparing(false)}
          onMerge={(base, draft) => {
            dispatch({ type: 'rebase', base, draft, revision: theirs.revision ?? 0 });
            setComparing(false);
          }}
          onReload={base => {
            dispatch({ type: 'rebase', base, draft: base, revision: theirs.revision ?? 0 });
            setComparing(false);
          }}
        />
      ) : null}
    </EditorContext>
  );
}

/// A link that proposes an expression leads to it, and not to the name of the job far above.
function showExpression(): void {
  const field = document.getElementById('job_cron_time');
  field?.scrollIntoView({ block: 'center' });
  field?.focus({ preventScroll: true });
}

/// Whether the draft has no target yet, without which nothing can run.
function targetMissing(state: EditorState): boolean {
  return (
    problemsOf(state.draft).some(
      ({ path }) => path === 'job_context.exec' || path === 'job_context.info.kubernetes.image',
    ) || textAt(state.draft, 'job_context.mode') === ''
  );
}

/// Ctrl+S and ⌘S save, from fields too.
function useSaveKey(submit: () => void): void {
  const latest = useRef(submit);
  useEffect(() => {
    latest.current = submit;
  });
  useEffect(() => {
    const handle = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 's' || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      event.preventDefault();
      if (!document.querySelector('[role=dialog]')) latest.current();
    };
    document.addEventListener('keydown', handle);
    return () => document.removeEventListener('keydown', handle);
  }, []);
}
