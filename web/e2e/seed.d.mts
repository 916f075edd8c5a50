export function startTarget(): Promise<{ url: string; stop: () => void }>;
export function seed(server: string, target: string): Promise<Map<string, string>>;
