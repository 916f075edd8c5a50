import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api, call } from '../../api/client';
import { keys } from '../../api/keys';
import { toastDone, toastFailed } from '../../components/toasts';
import { text } from '../../i18n';

export function useCancel(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      call(api.POST('/jobexecution/{execute_id}/cancel', { params: { path: { execute_id: id } } })),
    onSuccess: () => toastDone(text().execution.action.cancelled),
    onError: error => toastFailed(error),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.execution(id) });
      void client.invalidateQueries({ queryKey: keys.audit({ object: id }) });
    },
  });
}

/// Runs the job again as it is defined now, and shows the new execution.
export function useRunAgain(jobId: string) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: () => call(api.POST('/jobexecution', { body: { job_id: jobId } })),
    onSuccess: ({ execute_id }) => {
      void client.invalidateQueries({ queryKey: keys.executions.all });
      void navigate({ to: '/executions/$executeId', params: { executeId: execute_id } });
    },
    onError: error => toastFailed(error),
  });
}
