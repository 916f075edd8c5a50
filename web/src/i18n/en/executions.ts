import { plural } from '../plural';

export const executions = {
  title: 'Executions',
  count: (count: number, more: boolean) =>
    more ? `${count.toLocaleString('en')}+ executions` : plural(count, 'execution', 'executions'),
  columns: {
    state: 'State',
    job: 'Job',
    begin: 'Started',
    duration: 'Duration',
    lateness: 'Lateness',
    trigger: 'Trigger',
    node: 'Node',
    reason: 'Reason',
  },
  filters: {
    state: 'State',
    trigger: 'Trigger',
    any: 'Any',
    between: (from: string, to: string) => `Started ${from} – ${to}`,
    removeTime: 'Remove the filter for the time',
    job: (name: string) => `Job ${name}`,
    removeJob: 'Remove the filter for the job',
    clear: 'Clear filters',
  },
  trigger: { schedule: 'Schedule', manual: 'Manual', message: 'Message', history: 'Imported' },
  attempts: (count: number) => plural(count, 'attempt', 'attempts'),
  running: 'under way',
  emptyTitle: 'No execution matches',
  empty:
    'An execution is the record of one occurrence of a job, or of one request to run it now. Executions appear here as soon as they are planned, and are kept as long as history_days says.',
  more: 'Older executions',
};
