import { Button } from '@mantine/core';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError, type Schemas } from '../../api/client';
import { useMay } from '../../auth/permissions';
import { Page } from '../../components/Page';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { browserZone } from '../../time/zone';
import { blank, copyOf, type Definition, fromStored, setAt } from './definition';
import { EditorForm } from './EditorForm';
import classes from './editor.module.css';
import { useJob } from './queries';
import type { EditorSearch } from './search';
import { initialState } from './state';

/// Creates a job (/jobs/new), a copy (/jobs/new?from=ID), or edits one (/jobs/ID/edit).
export function EditorView() {
  const t = useText();
  const { jobId } = useParams({ strict: false });
  const search: EditorSearch = useSearch({ strict: false });
  const source = jobId ?? search.from;
  const query = useJob(source);
  const mayWrite = useMay('write');
  if (mayWrite === undefined) return <Skeleton title={jobId ? t.editor.edit : t.editor.title} />;
  if (!mayWrite)
    return (
      <Frame title={t.editor.title}>
        <EmptyState icon="key" title={t.editor.forbiddenTitle}>
          {t.editor.forbidden}
        </EmptyState>
      </Frame>
    );
  if (!source) return <Create key="new" search={search} />;
  // A job that was loaded once stays open, even if it is deleted meanwhile.
  if (query.data)
    return jobId ? (
      <Edit key={jobId} stored={query.data} deleted={isMissing(query.error)} search={search} />
    ) : (
      <Copy key={source} stored={query.data} />
    );
  if (query.isError)
    return (
      <Frame title={jobId ? t.editor.edit : t.editor.title}>
        {isMissing(query.error) ? (
          <EmptyState
            icon="question"
            title={t.editor.missingTitle}
            actions={
              <Button variant="default" component={Link} to="/jobs">
                {t.app.toJobs}
              </Button>
            }
          >
            {t.editor.missing}
          </EmptyState>
        ) : (
          <ErrorState error={query.error} onRetry={() => query.refetch()} />
        )}
      </Frame>
    );
  return <Skeleton title={jobId ? t.editor.edit : t.editor.title} />;
}

const isMissing = (error: unknown): boolean => error instanceof ApiError && error.status === 404;

function Frame({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Page title={title}>
      <div className="panel">{children}</div>
    </Page>
  );
}

const withCron = (definition: Definition, search: EditorSearch): Definition =>
  search.cron ? setAt(definition, 'job_cron_time', search.cron) : definition;

function Create({ search }: { search: EditorSearch }) {
  const t = useText();
  const [initial] = useState(() => {
    const base = blank(browserZone());
    return initialState(base, null, withCron(base, search));
  });
  return (
    <EditorForm title={t.editor.title} jobId={null} initial={initial} newer={() => null} deleted={false} />
  );
}

function Copy({ stored }: { stored: Schemas['Job'] }) {
  const t = useText();
  const [initial] = useState(() =>
    initialState(copyOf(fromStored(stored), t.editor.copyName(stored.job_name)), null),
  );
  return (
    <EditorForm
      title={t.editor.copyTitle(stored.job_name)}
      jobId={null}
      initial={initial}
      newer={() => null}
      deleted={false}
      note={t.editor.copyNote}
    />
  );
}

function Edit({
  stored,
  deleted,
  search,
}: {
  stored: Schemas['Job'];
  deleted: boolean;
  search: EditorSearch;
}) {
  const t = useText();
  const [first] = useState(stored);
  const [initial] = useState(() => {
    const base = fromStored(stored);
    return initialState(base, stored.revision ?? null, withCron(base, search));
  });
  return (
    <EditorForm
      title={t.editor.editTitle(first.job_name)}
      jobId={first.job_id}
      initial={initial}
      newer={base => ((stored.revision ?? 0) > (base ?? 0) ? stored : null)}
      deleted={deleted}
    />
  );
}

function Skeleton({ title }: { title: string }) {
  return (
    <Page title={title}>
      <div className={classes.columns} data-side="form" aria-busy="true">
        <div className={classes.form}>
          {[96, 260, 420].map(height => (
            <div key={height} className="panel">
              <div className={classes.body} style={{ minHeight: height }}>
                <Bone width={120} />
                <Bone height={36} />
                <Bone width="70%" />
              </div>
            </div>
          ))}
        </div>
        <div className={classes.aside}>
          <div className="panel">
            <div className={classes.body}>
              {[40, 62, 55, 48, 70, 35].map(width => (
                <Bone key={width} width={`${width}%`} />
              ))}
            </div>
          </div>
        </div>
      </div>
    </Page>
  );
}
