import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ApiError, api, callFully, type Schemas } from '../../api/client';
import { keys } from '../../api/keys';
import { type Definition, ordered } from './definition';

export type Saved = { id: string; name: string; warnings: string[] };

/// Returns the warnings of a response: fields joined by the browser, of which those beyond ASCII are percent-encoded.
function warningsOf(response: Response): string[] {
  const field = response.headers.get('X-Ecron-Warning');
  if (!field) return [];
  return field.split(/, (?=[^ ])/).map(text => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  });
}

/// Creates the job, or replaces the revision that was loaded.
export function useSave(jobId: string | null, revision: number | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (draft: Definition): Promise<Saved> => {
      const body = ordered(draft) as unknown as Schemas['JobInput'];
      if (jobId === null) {
        const { data } = await callFully(api.POST('/job', { body }));
        // Without Prefer: return=representation the body has the warnings.
        const warnings = 'warnings' in data ? data.warnings : [];
        return { id: data.job_id, name: body.job_name, warnings };
      }
      const { response } = await callFully(
        api.PUT('/job/{job_id}', {
          params: {
            path: { job_id: jobId },
            ...(revision === null ? {} : { header: { 'If-Match': `"${revision}"` } }),
          },
          body,
        }),
      );
      return { id: jobId, name: body.job_name, warnings: warningsOf(response) };
    },
    onError: error => {
      // Changed or deleted by another client: the stored version is read again.
      if (jobId && error instanceof ApiError && [404, 412].includes(error.status))
        void client.invalidateQueries({ queryKey: keys.job(jobId) });
    },
    onSuccess: ({ id }) => {
      void client.invalidateQueries({ queryKey: keys.jobs.all });
      void client.invalidateQueries({ queryKey: keys.job(id) });
      void client.invalidateQueries({ queryKey: keys.overview });
    },
  });
}
