import { Page } from '../../components/Page';
import { Placeholder } from '../../components/Placeholder';
import { useText } from '../../i18n';

export function JobsView() {
  const t = useText();
  return (
    <Page title={t.jobs.title}>
      <Placeholder path={'/job'} />
    </Page>
  );
}
