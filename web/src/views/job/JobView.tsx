import { useParams } from '@tanstack/react-router';
import { Page } from '../../components/Page';
import { Placeholder } from '../../components/Placeholder';
import { useText } from '../../i18n';

export function JobView() {
  const t = useText();
  const { jobId } = useParams({ from: '/jobs/$jobId' });
  return (
    <Page title={t.job.title}>
      <Placeholder path={`/job/${jobId}`} />
    </Page>
  );
}
