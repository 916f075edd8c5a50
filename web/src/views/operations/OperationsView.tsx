import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Page } from '../../components/Page';
import { useText } from '../../i18n';
import { AuditLog } from './AuditLog';
import { ClusterTab } from './ClusterTab';
import { ConfigurationTab } from './ConfigurationTab';
import { DeadLetters } from './DeadLetters';
import { type OperationsSearch, views } from './search';

const panels = {
  cluster: ClusterTab,
  deadletters: DeadLetters,
  audit: AuditLog,
  configuration: ConfigurationTab,
};

/// What the scheduler itself is made of, what it could not deliver, who changed what, and its configuration.
export function OperationsView() {
  const t = useText();
  const { view = 'cluster' } = useSearch({ from: '/operations' });
  const navigate = useNavigate({ from: '/operations' });
  const all = ['cluster', ...views] as const;
  return (
    <Page title={t.operations.title}>
      <Tabs
        value={view}
        keepMounted={false}
        onChange={value =>
          navigate({ search: value === 'cluster' ? {} : ({ view: value } as OperationsSearch) })
        }
      >
        <Tabs.List className="tabs">
          {all.map(each => (
            <Tabs.Tab key={each} value={each}>
              {t.operations.tabs[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {all.map(each => {
          const Panel = panels[each];
          return (
            <Tabs.Panel key={each} value={each} pt="md" tabIndex={-1}>
              <Panel />
            </Tabs.Panel>
          );
        })}
      </Tabs>
    </Page>
  );
}
