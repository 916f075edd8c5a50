import { Popover, SegmentedControl } from '@mantine/core';
import { Icon } from '../components/icons';
import { changeLanguage, type Language, useLanguage, useText } from '../i18n';
import { browserZone, useZoneChoice, type ZoneChoice } from '../time/zone';
import { setPreference, usePreference } from './preferences';
import classes from './SettingsMenu.module.css';

/// Zone, language and theme. The button shows the zone, because every time on the page depends on it.
export function SettingsMenu() {
  const t = useText();
  const [zone, setZone] = useZoneChoice();
  const language = useLanguage();
  const theme = usePreference('theme');
  const help = {
    utc: t.settings.zoneHelp.utc,
    browser: t.settings.zoneHelp.browser(browserZone()),
    job: t.settings.zoneHelp.job,
  };
  return (
    <Popover position="top-start" width={248} withinPortal={false} trapFocus shadow="md">
      <Popover.Target>
        <button type="button" className={classes.button}>
          <Icon name="globe" />
          <span className="truncate">{zone === 'browser' ? browserZone() : t.settings.zones[zone]}</span>
          <span className={classes.language}>{language === 'en' ? 'EN' : '中'}</span>
        </button>
      </Popover.Target>
      <Popover.Dropdown className={classes.panel}>
        <fieldset className={classes.group}>
          <legend>{t.settings.zone}</legend>
          <SegmentedControl
            fullWidth
            size="xs"
            value={zone}
            onChange={value => setZone(value as ZoneChoice)}
            data={(['browser', 'utc', 'job'] as const).map(value => ({
              value,
              label: t.settings.zones[value],
            }))}
          />
          <p className={classes.help}>{help[zone]}</p>
        </fieldset>
        <fieldset className={classes.group}>
          <legend>{t.settings.language}</legend>
          <SegmentedControl
            fullWidth
            size="xs"
            value={language}
            onChange={value => changeLanguage(value as Language)}
            data={[
              { value: 'en', label: 'English' },
              { value: 'zh-CN', label: '中文' },
            ]}
          />
        </fieldset>
        <fieldset className={classes.group}>
          <legend>{t.settings.theme}</legend>
          <SegmentedControl
            fullWidth
            size="xs"
            value={theme}
            onChange={value => setPreference('theme', value as typeof theme)}
            data={(['auto', 'light', 'dark'] as const).map(value => ({
              value,
              label: t.settings.themes[value],
            }))}
          />
        </fieldset>
      </Popover.Dropdown>
    </Popover>
  );
}
