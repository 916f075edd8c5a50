import { ApiError, api, call } from './client';

/// GET of a route that the generated types do not contain yet: the caller states the shape of the body. Returns null if the
/// server does not have the route.
export async function getUntyped<Data>(
  path: string,
  query: Record<string, string | number>,
  signal?: AbortSignal,
): Promise<Data | null> {
  const get = api.GET as unknown as (
    path: string,
    init: object,
  ) => Promise<{ response: Response; data?: Data }>;
  try {
    return await call<Data>(get(path, { params: { query }, ...(signal ? { signal } : {}) }));
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
