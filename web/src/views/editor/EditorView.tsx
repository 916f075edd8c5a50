import { Page } from '../../components/Page';
import { Placeholder } from '../../components/Placeholder';
import { useText } from '../../i18n';

export function EditorView() {
  const t = useText();
  return (
    <Page title={t.editor.title}>
      <Placeholder path={'/job'} />
    </Page>
  );
}
