import { Checkbox, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ApiError, type Schemas } from '../../api/client';
import { Icon } from '../../components/icons';
import { Section } from '../../components/Page';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { groupsOf, isChanged } from './configuration_model';
import classes from './operations.module.css';
import { type ConfigurationOption, useConfiguration } from './queries';
import type { OperationsSearch } from './search';

/// Every option of the node that answers, with the source of its value. Secrets are masked by the server.
export function ConfigurationTab() {
  const t = useText();
  const words = t.operations.configuration;
  const configuration = useConfiguration();
  const { data, error } = configuration;
  if (data) return <Options configuration={data} />;
  return (
    <Section title={words.title}>
      {error instanceof ApiError && error.status === 403 ? (
        <EmptyState icon="key" title={t.operations.denied}>
          {error.message}
        </EmptyState>
      ) : error ? (
        <ErrorState error={error} onRetry={() => configuration.refetch()} />
      ) : (
        <div className={classes.bones}>
          <Bone width="50%" />
          <Bone width="60%" />
          <Bone width="40%" />
        </div>
      )}
    </Section>
  );
}

function Options({ configuration }: { configuration: Schemas['Configuration'] }) {
  const t = useText();
  const words = t.operations.configuration;
  const { find = '', changed } = useSearch({ from: '/operations' });
  const navigate = useNavigate({ from: '/operations' });
  const groupNames: Record<string, string> = words.groups;
  const groups = groupsOf(configuration.options, find, changed === 'true');
  const shown = groups.reduce((sum, { options }) => sum + options.length, 0);
  const set = (change: object) =>
    navigate({
      search: before => ({ ...before, ...change }) as OperationsSearch,
      replace: true,
      resetScroll: false,
    });
  return (
    <Section
      title={words.title}
      aside={
        <span className="num">
          {words.node(configuration.node)} · {words.count(shown, configuration.options.length)}
        </span>
      }
    >
      <div className={`${classes.toolbar} no-print`}>
        <TextInput
          className={classes.find}
          size="xs"
          type="search"
          aria-label={words.find}
          placeholder={words.find}
          leftSection={<Icon name="search" size={14} />}
          value={find}
          onChange={event => set({ find: event.currentTarget.value || undefined })}
        />
        <Checkbox
          size="xs"
          label={words.changed}
          checked={changed === 'true'}
          onChange={event => set({ changed: event.currentTarget.checked ? 'true' : undefined })}
        />
      </div>
      {groups.length === 0 ? (
        <EmptyState title={words.none}>{words.noneHelp}</EmptyState>
      ) : (
        groups.map(({ name, options }) => (
          <div key={name}>
            <h3 className={classes.group}>{groupNames[name] ?? name}</h3>
            <ul className={classes.options}>
              {options.map(option => (
                <Option key={option.name} option={option} />
              ))}
            </ul>
          </div>
        ))
      )}
    </Section>
  );
}

function Option({ option }: { option: ConfigurationOption }) {
  const words = useText().operations.configuration;
  const changed = isChanged(option);
  return (
    <li className={classes.option}>
      <div>
        <div className={classes.optionName}>{option.name}</div>
        <div className="soft">{option.description}</div>
      </div>
      <div>
        <div className={classes.value}>
          {option.value === '' ? <span className="soft">{words.empty}</span> : option.value}
          {option.secret ? <span className={classes.tag}>{words.secret}</span> : null}
        </div>
        {changed && !option.secret ? (
          <div className="soft">{words.isDefault(option.default_value || words.empty)}</div>
        ) : null}
      </div>
      <div className={changed ? classes.set : 'soft'}>{changed ? option.source : words.default}</div>
    </li>
  );
}
