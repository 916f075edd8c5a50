import { Page } from '../../components/Page';
import { Placeholder } from '../../components/Placeholder';
import { useText } from '../../i18n';

export function OperationsView() {
  const t = useText();
  return (
    <Page title={t.operations.title}>
      <Placeholder path={'/cluster'} />
    </Page>
  );
}
