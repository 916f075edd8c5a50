import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Page } from '../components/Page';
import { EmptyState } from '../components/States';
import { useText } from '../i18n';

export function NotFound() {
  const t = useText();
  return (
    <Page title={t.app.notFound}>
      <div className="panel">
        <EmptyState
          icon="question"
          title={t.app.notFoundAdvice}
          actions={<Link to="/">{t.app.toOverview}</Link>}
        />
      </div>
    </Page>
  );
}

/// A defect of the page, instead of a blank one.
export function Crash({ error }: { error: unknown }) {
  const t = useText();
  return (
    <Page title={t.error.crash}>
      <div className="panel">
        <EmptyState
          icon="warning"
          title={t.error.crash}
          actions={<Button onClick={() => window.location.reload()}>{t.error.reload}</Button>}
        >
          {t.error.crashAdvice}
          <br />
          <code>{error instanceof Error ? error.message : String(error)}</code>
        </EmptyState>
      </div>
    </Page>
  );
}
