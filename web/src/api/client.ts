import createClient, { type Middleware } from 'openapi-fetch';
import { expireSession, token } from '../auth/session';
import { language } from '../i18n';
import { observeServerTime } from '../time/clock';
import type { components, paths } from './schema';

export const kPrefix = '/api/ecron-management/v1';

/// The routes without their common prefix: api.GET('/job/{job_id}').
type Routes = {
  [Path in keyof paths as Path extends `${typeof kPrefix}${infer Rest}` ? Rest : never]: paths[Path];
};

export type Schemas = components['schemas'];

/// A response that is no success, or no response at all (status 0).
export class ApiError extends Error {
  override name = 'ApiError';
  constructor(
    readonly status: number,
    message: string,
    /// Identifies the error for programs; empty if the response was not the server's.
    override readonly cause: string = '',
    readonly reasons: { field: string; reason: string }[] = [],
    readonly conflicts: string[] = [],
    readonly retryAfter: number | null = null,
    readonly requestId: string = '',
    /// Where an expression could not be read, in characters from 0.
    readonly position: number | null = null,
  ) {
    super(message);
  }
}

const session: Middleware = {
  onRequest({ request }) {
    const bearer = token();
    if (bearer) request.headers.set('Authorization', `Bearer ${bearer}`);
    request.headers.set('Accept-Language', language());
    return request;
  },
  onResponse({ request, response }) {
    observeServerTime(response.headers.get('Date'));
    if (response.status === 401) expireSession(request.headers.get('Authorization'));
  },
};

/// The typed client of the server's API. Wrap calls in `call`, which throws ApiError.
export const api = createClient<Routes>({
  baseUrl: kPrefix,
  // Repeated parameters: job_id=a&job_id=b.
  querySerializer: { array: { style: 'form', explode: true } },
});
api.use(session);

function toError(response: Response, body: unknown): ApiError {
  const error = (typeof body === 'object' && body !== null ? body : {}) as Partial<Schemas['Error']>;
  const wait = Number(response.headers.get('Retry-After'));
  return new ApiError(
    response.status,
    error.message || response.statusText || `HTTP ${response.status}`,
    error.cause ?? '',
    (error.detail?.reasons ?? []).map(({ field, reason }) => ({ field: field ?? '', reason: reason ?? '' })),
    error.detail?.conflicts ?? [],
    Number.isFinite(wait) && wait > 0 ? wait : null,
    response.headers.get('X-Request-Id') ?? '',
    error.detail?.position ?? null,
  );
}

type Answer<Data> = { data?: Data; error?: unknown; response: Response };

/// Returns the body and the response of a call, or throws ApiError.
export async function callFully<Data>(
  answer: Promise<Answer<Data>>,
): Promise<{ data: Data; response: Response }> {
  let settled: Answer<Data>;
  try {
    settled = await answer;
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === 'AbortError') throw failure;
    throw new ApiError(0, failure instanceof Error ? failure.message : String(failure));
  }
  if (!settled.response.ok) throw toError(settled.response, settled.error);
  return { data: settled.data as Data, response: settled.response };
}

/// Returns the body of a call, or throws ApiError: `call(api.GET('/overview'))`.
export async function call<Data>(answer: Promise<Answer<Data>>): Promise<Data> {
  return (await callFully(answer)).data;
}

/// A page of a list with the cursor of the next one.
export type Page<Row> = { rows: Row[]; after: string | null };

/// Returns a page of a list: X-Next-After is the cursor.
export async function callPage<Row>(answer: Promise<Answer<Row[]>>): Promise<Page<Row>> {
  const { data, response } = await callFully(answer);
  return { rows: data, after: response.headers.get('X-Next-After') };
}

let forecasts: Promise<unknown> = Promise.resolve();

/// Runs a request after the earlier ones of its kind. The server computes one forecast per tenant at a time and answers
/// 429 otherwise, also for `next` of the overview: `call(...)` of both goes through here.
export function inTurn<Data>(request: () => Promise<Data>): Promise<Data> {
  const turn = forecasts.then(request, request);
  forecasts = turn.catch(() => undefined);
  return turn;
}
