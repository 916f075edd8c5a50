/** The addresses of the views by their names: the one list for the tests and for the scripts. */
export function pathsOf({ failed, job, retried, explained, at }) {
  return {
    overview: '/',
    jobs: '/jobs',
    job: `/jobs/${job}`,
    'job-changes': `/jobs/${job}?tab=changes`,
    'job-definition': `/jobs/${job}?tab=definition`,
    'job-explained': `/jobs/${explained}?at=${at}`,
    editor: `/jobs/${job}/edit`,
    executions: '/executions',
    execution: `/executions/${failed}`,
    'execution-compared': `/executions/${retried}?compare=previous`,
    schedule: '/schedule',
    'schedule-past': '/schedule?view=past',
    'schedule-missed': '/schedule?view=missed',
    operations: '/operations',
    'operations-deadletters': '/operations?view=deadletters',
    'operations-audit': '/operations?view=audit',
    'operations-configuration': '/operations?view=configuration',
  };
}
