import { Button, SegmentedControl } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useAuthSettings } from '../../auth/settings';
import { Icon } from '../../components/icons';
import { useText } from '../../i18n';
import { copyText } from './actions';
import { copyAs } from './copy_as';
import classes from './details.module.css';
import type { Job } from './queries';
import { type Format, formats } from './search';

/// The job as text: JSON, and what makes it again.
export function Definition({ job }: { job: Job }) {
  const t = useText();
  const { format = 'json' } = useSearch({ from: '/jobs/$jobId' });
  const navigate = useNavigate({ from: '/jobs/$jobId' });
  const authenticated = useAuthSettings().data?.mode !== 'none';
  const value = copyAs(format, job, window.location.origin, authenticated);
  const words = t.job.definition;
  return (
    <>
      <div className={`${classes.tabTools} no-print`}>
        <SegmentedControl
          size="xs"
          aria-label={words.format}
          value={format}
          onChange={next =>
            void navigate({
              search: before => ({ ...before, format: next as Format }),
              replace: true,
              resetScroll: false,
            })
          }
          data={formats.map(each => ({ value: each, label: t.job.head.formats[each] }))}
        />
        <span className="soft">{words.help[format]}</span>
        <Button
          size="compact-sm"
          variant="default"
          className={classes.end}
          leftSection={<Icon name="copy" />}
          onClick={() => void copyText(value, t.job.head.copied(t.job.head.formats[format]))}
        >
          {words.copy}
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls needs the keyboard */}
      <pre className={classes.code} tabIndex={0}>
        {value}
      </pre>
    </>
  );
}
