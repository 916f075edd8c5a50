import { Page } from '../../components/Page';
import { Placeholder } from '../../components/Placeholder';
import { useText } from '../../i18n';

export function ScheduleView() {
  const t = useText();
  return (
    <Page title={t.schedule.title}>
      <Placeholder path={'/forecast'} />
    </Page>
  );
}
