import { Page } from '../../components/Page';
import { Placeholder } from '../../components/Placeholder';
import { useText } from '../../i18n';

export function OverviewView() {
  const t = useText();
  return (
    <Page title={t.overview.title}>
      <Placeholder path={'/overview'} />
    </Page>
  );
}
