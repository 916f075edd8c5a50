/// What the addresses name: a failed execution, its job, an execution with a retry, and a job with an instant to explain.
export type Shown = { failed: string; job: string; retried: string; explained: string; at: string };
export function pathsOf(shown: Shown): Record<string, string>;
