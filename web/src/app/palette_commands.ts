import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api, call, type Schemas } from '../api/client';
import { keys } from '../api/keys';
import { useCan } from '../auth/permissions';
import type { IconName } from '../components/icons';
import { toastDone, toastFailed } from '../components/toasts';
import { changeLanguage, useLanguage, useText } from '../i18n';
import { useZoneChoice } from '../time/zone';
import { setPreference, usePreference } from './preferences';

export type Command = {
  id: string;
  label: string;
  /// Further words by which it is found.
  also?: string;
  hint?: string;
  icon: IconName;
  run: () => void;
};

/// Whether each word of `typed` occurs in the label; the case does not matter.
export function matches(label: string, typed: string): boolean {
  const text = label.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every(word => text.includes(word));
}

/// Orders jobs: names that begin with the text, names that contain it, and then those that match by something else.
export function ranked<Found extends { job_name: string }>(found: Found[], text: string): Found[] {
  const wanted = text.toLowerCase();
  const rank = ({ job_name }: Found) => {
    const place = job_name.toLowerCase().indexOf(wanted);
    return place < 0 ? 2 : Math.min(place, 1);
  };
  return [...found].sort((a, b) => rank(a) - rank(b));
}

/// Commands for jobs that were found: to open them, and to run the first ones.
export function useJobCommands(jobs: Schemas['Job'][]): { open: Command[]; run: Command[] } {
  const t = useText();
  const navigate = useNavigate();
  const mayExecute = useCan('execute');
  const run = useMutation({
    mutationFn: (job: Schemas['Job']) => call(api.POST('/jobexecution', { body: { job_id: job.job_id } })),
    onSuccess: (_answer, job) => toastDone(t.palette.started(job.job_name)),
    onError: error => toastFailed(error),
  });
  return {
    open: jobs.map(job => ({
      id: `job-${job.job_id}`,
      label: job.job_name,
      hint: job.job_context.exec,
      icon: 'jobs',
      run: () => navigate({ to: '/jobs/$jobId', params: { jobId: job.job_id } }),
    })),
    run: !mayExecute
      ? []
      : jobs.slice(0, 3).map(job => ({
          id: `run-${job.job_id}`,
          label: t.palette.runJob(job.job_name),
          icon: 'executions',
          run: () => run.mutate(job),
        })),
  };
}

/// Commands that do not depend on what is typed.
export function useCommands(onHelp: () => void): Command[] {
  const t = useText();
  const views = useViewCommands();
  const pause = usePauseCommand();
  const preferences = usePreferenceCommands();
  return [
    ...views,
    ...pause,
    ...preferences,
    useLinkCommand(),
    { id: 'keys', label: t.palette.keys, hint: '?', icon: 'question', run: onHelp },
  ];
}

function useViewCommands(): Command[] {
  const t = useText();
  const navigate = useNavigate();
  const mayWrite = useCan('write');
  const views = [
    { to: '/', label: t.nav.overview, icon: 'overview', hint: 'g o' },
    { to: '/jobs', label: t.nav.jobs, icon: 'jobs', hint: 'g j' },
    { to: '/executions', label: t.nav.executions, icon: 'executions', hint: 'g e' },
    { to: '/schedule', label: t.nav.schedule, icon: 'schedule', hint: 'g s' },
    { to: '/operations', label: t.nav.operations, icon: 'operations', hint: 'g p' },
  ] as const;
  const create: Command = {
    id: 'create',
    label: t.action.create,
    hint: 'c',
    icon: 'plus',
    run: () => navigate({ to: '/jobs/new' }),
  };
  return [
    ...(mayWrite ? [create] : []),
    ...views.map(({ to, label, icon, hint }) => ({
      id: `view-${to === '/' ? 'overview' : to.slice(1)}`,
      label: t.palette.goTo(label),
      icon,
      hint,
      run: () => navigate({ to }),
    })),
  ];
}

/// Pausing asks first, in the view that says what it means; resuming needs no question.
function usePauseCommand(): Command[] {
  const t = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const mayWrite = useCan('write');
  const paused = useQuery({
    queryKey: keys.scheduling,
    queryFn: ({ signal }) => call(api.GET('/scheduling', { signal })),
    enabled: mayWrite,
  }).data?.paused;
  const resume = useMutation({
    mutationFn: () => call(api.POST('/scheduling/resume', { body: {} })),
    onSuccess: () => {
      toastDone(t.palette.resumed);
      return client.invalidateQueries();
    },
    onError: error => toastFailed(error),
  });
  if (!mayWrite || paused === undefined) return [];
  return [
    {
      id: 'pause',
      label: paused ? t.action.resume : t.action.pause,
      also: t.palette.pauseWords,
      icon: paused ? 'executions' : 'pause',
      run: () => {
        if (paused) resume.mutate();
        else void navigate({ to: '/operations', search: { ask: 'pause' } });
      },
    },
  ];
}

/// Everything that is shown is in the address, except for the zone, language and theme of the reader.
function useLinkCommand(): Command {
  const t = useText();
  return {
    id: 'link',
    label: t.palette.link,
    also: t.palette.linkWords,
    icon: 'copy',
    run: () =>
      void navigator.clipboard.writeText(window.location.href).then(
        () => toastDone(t.palette.linkCopied),
        () => toastFailed(new Error(window.location.href), t.palette.linkFailed),
      ),
  };
}

function usePreferenceCommands(): Command[] {
  const t = useText();
  const language = useLanguage();
  const theme = usePreference('theme');
  const [zone, setZone] = useZoneChoice();
  return [
    {
      id: 'language',
      label: language === 'en' ? '切换为中文' : 'Switch to English',
      hint: t.settings.language,
      icon: 'language',
      run: () => void changeLanguage(language === 'en' ? 'zh-CN' : 'en'),
    },
    ...(['browser', 'utc', 'job'] as const)
      .filter(each => each !== zone)
      .map(each => ({
        id: `zone-${each}`,
        label: t.palette.showZone(t.settings.zones[each]),
        icon: 'globe' as const,
        run: () => setZone(each),
      })),
    ...(['auto', 'light', 'dark'] as const)
      .filter(each => each !== theme)
      .map(each => ({
        id: `theme-${each}`,
        label: t.palette.showTheme(t.settings.themes[each]),
        icon: ({ auto: 'screen', light: 'sun', dark: 'moon' } as const)[each],
        run: () => setPreference('theme', each),
      })),
  ];
}
