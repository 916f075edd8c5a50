import { Menu } from '@mantine/core';
import classes from './FilterMenu.module.css';
import { Icon } from './icons';

type Props<Value extends string> = {
  label: string;
  value: Value | undefined;
  options: { value: Value; label: string }[];
  onChange: (value: Value | undefined) => void;
  /// The text of the option that removes the filter; without it one option is always chosen.
  any?: string;
  align?: 'start' | 'end';
};

/// A filter as a button that shows its value, with a menu of the values.
export function FilterMenu<Value extends string>({
  label,
  value,
  options,
  onChange,
  any,
  align = 'start',
}: Props<Value>) {
  const chosen = options.find(option => option.value === value);
  const all = any === undefined ? options : [{ value: undefined, label: any }, ...options];
  return (
    <Menu position={`bottom-${align}`} shadow="md" width={200} withinPortal>
      <Menu.Target>
        <button
          type="button"
          className={classes.button}
          data-active={(any !== undefined && chosen) || undefined}
        >
          <span className={classes.label}>{label}</span>
          {chosen ? <span className={classes.value}>{chosen.label}</span> : null}
          <Icon name="down" size={12} />
        </button>
      </Menu.Target>
      <Menu.Dropdown aria-label={label}>
        {all.map(option => (
          <Menu.Item
            key={option.value ?? ''}
            // Mantine gives every item the role menuitem; one of several is menuitemradio.
            renderRoot={props => (
              <button {...props} type="button" role="menuitemradio" aria-checked={option.value === value} />
            )}
            leftSection={
              <span className={classes.check}>
                {option.value === value ? <Icon name="check" size={14} /> : null}
              </span>
            }
            onClick={() => onChange(option.value)}
          >
            {option.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
