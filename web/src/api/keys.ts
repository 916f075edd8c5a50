/// Keys of queries. The first element is what an event of the stream invalidates (api/live.ts); the others say which
/// part of it the query reads. Every query of the page takes its key from here.
export const keys = {
  overview: ['overview'] as const,
  forecast: (params: object) => ['forecast', params] as const,
  jobs: {
    all: ['jobs'] as const,
    list: (params: object) => ['jobs', 'list', params] as const,
    named: (ids: string[]) => ['jobs', 'named', ids] as const,
  },
  job: (id: string) => ['job', id] as const,
  /// Something about a job that follows from its definition: 'next', 'explain', …
  ofJob: (id: string, what: string, params: object = {}) => ['job', id, what, params] as const,
  executions: {
    all: ['executions'] as const,
    list: (params: object) => ['executions', 'list', params] as const,
    latest: (jobs: string[]) => ['executions', 'latest', jobs] as const,
  },
  /// Figures over a window that follow no event: they are read again at an interval.
  history: (params: object) => ['history', params] as const,
  execution: (id: string) => ['execution', id] as const,
  missed: (params: object) => ['missed', params] as const,
  cluster: ['cluster'] as const,
  scheduling: ['scheduling'] as const,
  deadLetters: (params: object) => ['deadletter', params] as const,
  audit: (params: object) => ['audit', params] as const,
  /// Descriptions are in the language of the page.
  configuration: (language: string) => ['configuration', language] as const,
  auth: ['auth'] as const,
  caller: (token: string | null) => ['caller', token] as const,
  /// How a schedule that is not stored is read.
  preview: (input: object) => ['preview', input] as const,
};
