import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api, call } from '../../api/client';
import { keys } from '../../api/keys';
import { toastDone, toastFailed } from '../../components/toasts';
import { text } from '../../i18n';
import { useJobActions } from '../jobs/actions';
import type { Job } from './queries';

/// Starts a job now; the execution appears in the views by itself.
export function useRunNow() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id }: { id: string; name: string }) =>
      call(api.POST('/jobexecution', { body: { job_id: id } })),
    onSuccess: (_, { id, name }) => {
      toastDone(text().job.head.started(name));
      void client.invalidateQueries({ queryKey: ['history', 'job', id] });
      void client.invalidateQueries({ queryKey: keys.executions.all });
    },
    onError: error => toastFailed(error),
  });
}

/// Enables or disables a job: the switch changes at once, and back if the server refuses.
export function useEnable(job: Job) {
  const client = useQueryClient();
  const key = keys.job(job.job_id);
  return useMutation({
    mutationFn: (enable: boolean) =>
      call(api.PUT('/job/{job_id}/enable', { params: { path: { job_id: job.job_id } }, body: { enable } })),
    onMutate: enabled => {
      client.setQueryData<Job>(key, before => (before ? { ...before, enabled } : before));
    },
    onSuccess: (_, enabled) => {
      const words = text().job.head;
      toastDone(enabled ? words.enabledDone(job.job_name) : words.disabledDone(job.job_name));
    },
    onError: error => toastFailed(error),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: key });
      void client.invalidateQueries({ queryKey: keys.jobs.all });
    },
  });
}

/// Deletes a job when the time to undo is over, and shows the list of jobs meanwhile.
export function useDelete(job: Job) {
  const { remove } = useJobActions();
  const navigate = useNavigate();
  return () => {
    remove([job.job_id]);
    void navigate({ to: '/jobs' });
  };
}

export async function copyText(value: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(value);
    toastDone(done);
  } catch {
    toastFailed(new Error(text().job.head.copyFailed));
  }
}
