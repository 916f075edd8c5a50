export type History = { ids: Record<string, string>; executions: Record<string, string> };
export function startHistoryTarget(): Promise<{ url: string; stop: () => void }>;
export function seedHistory(server: string, target: string, token?: string): Promise<History>;
