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

export type Command = { id: string; label: string; hint?: string; icon: IconName; run: () => void };

/// Whether each word of `typed` occurs in the label; the case does not matter.
export function matches(label: string, typed: string): boolean {
  const text = label.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every(word => text.includes(word));
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

function usePauseCommand(): Command[] {
  const t = useText();
  const client = useQueryClient();
  const mayWrite = useCan('write');
  const paused = useQuery({
    queryKey: keys.scheduling,
    queryFn: ({ signal }) => call(api.GET('/scheduling', { signal })),
    enabled: mayWrite,
  }).data?.paused;
  const change = useMutation({
    mutationFn: (resume: boolean) =>
      resume
        ? call(api.POST('/scheduling/resume', { body: {} }))
        : call(api.POST('/scheduling/pause', { body: {} })),
    onSuccess: (_answer, resume) => {
      toastDone(resume ? t.palette.resumed : t.palette.paused);
      return client.invalidateQueries();
    },
    onError: error => toastFailed(error),
  });
  if (!mayWrite || paused === undefined) return [];
  return [
    {
      id: 'pause',
      label: paused ? t.action.resume : t.action.pause,
      icon: paused ? 'executions' : 'pause',
      run: () => change.mutate(paused),
    },
  ];
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
