import { kPrefix } from '../api/client';
import { useText } from '../i18n';
import { EmptyState } from './States';

/// A view that is not built yet: says so, and links to the data.
export function Placeholder({ path }: { path: string }) {
  const t = useText();
  const href = `${kPrefix}${path}`;
  return (
    <div className="panel">
      <EmptyState icon="info" title={t.app.beingBuilt} actions={<a href={href}>GET {path}</a>} />
    </div>
  );
}
