import { Page } from '../../components/Page';
import { Placeholder } from '../../components/Placeholder';
import { useText } from '../../i18n';

export function ExecutionsView() {
  const t = useText();
  return (
    <Page title={t.nav.executions}>
      <Placeholder path={'/jobexecution'} />
    </Page>
  );
}
