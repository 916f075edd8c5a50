import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Page } from '../../components/Page';
import { useText } from '../../i18n';
import { MissedList } from './MissedList';
import { Past } from './Past';
import { Planned } from './Planned';
import classes from './schedule.module.css';
import { type ScheduleSearch, views } from './search';

/// What will happen in the next seven days, what happened in the last ones, and what did not happen.
export function ScheduleView() {
  const t = useText();
  const { view = 'planned' } = useSearch({ from: '/schedule' });
  const navigate = useNavigate({ from: '/schedule' });
  const all = ['planned', ...views] as const;
  return (
    <Page title={t.schedule.title}>
      <Tabs
        value={view}
        keepMounted={false}
        onChange={value =>
          navigate({
            search: value === 'planned' ? {} : ({ view: value } as ScheduleSearch),
          })
        }
      >
        <Tabs.List className="tabs">
          {all.map(each => (
            <Tabs.Tab key={each} value={each}>
              {t.schedule.tabs[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {all.map(each => (
          <Tabs.Panel key={each} value={each} pt="md" tabIndex={-1}>
            <div className={classes.panel}>
              {each === 'planned' ? <Planned /> : each === 'past' ? <Past /> : <MissedList />}
            </div>
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  );
}
