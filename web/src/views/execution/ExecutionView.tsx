import { useParams } from '@tanstack/react-router';
import { Page } from '../../components/Page';
import { Placeholder } from '../../components/Placeholder';
import { useText } from '../../i18n';

export function ExecutionView() {
  const t = useText();
  const { executeId } = useParams({ from: '/executions/$executeId' });
  return (
    <Page title={t.execution.title}>
      <Placeholder path={`/jobexecution/${executeId}`} />
    </Page>
  );
}
