import { createServer } from 'node:http';
import { createToken, type Server, startEcron, tokenFlags } from './servers';

/// An ecron with tokens, so that there is an audit log, with two dead letters of the job `announces`.
export type Operations = Server & {
  /// Of an administrator, and of a caller who may only read.
  token: string;
  reader: string;
  /// The status that the receiver of webhooks answers, and how many it has received.
  receiver: { answer: number; received: number };
  send: (method: string, path: string, body?: unknown) => Promise<unknown>;
};

async function startReceiver() {
  const state = { answer: 500, received: 0 };
  const server = createServer((_request, response) => {
    state.received++;
    response.writeHead(state.answer).end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()));
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { state, stop, url: `http://127.0.0.1:${(server.address() as { port: number }).port}/hook` };
}

export async function startOperations(...flags: string[]): Promise<Operations> {
  let token = '';
  let reader = '';
  // Webhooks become dead letters after a second.
  const server = await startEcron(folder => {
    token = createToken(folder, 'admin', '--scope', 'all ecron.admin');
    reader = createToken(folder, 'reader', '--scope', 'ecron.read');
    return [...tokenFlags(folder), '--webhook-retry-for', '1s', ...flags];
  });
  const receiver = await startReceiver();
  async function send(method: string, path: string, body?: unknown): Promise<unknown> {
    const init: RequestInit = { method, headers: { Authorization: `Bearer ${token}` } };
    if (body !== undefined) init.body = JSON.stringify(body);
    const response = await fetch(`${server.api}${path}`, init);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
  const job = {
    job_name: 'announces',
    job_type: 'real-time',
    enabled: true,
    job_context: { mode: 'http', exec: 'http://127.0.0.1:9/', notify: { webhook: receiver.url } },
  };
  const { job_id } = (await send('POST', '/job', job)) as { job_id: string };
  await send('PATCH', `/job/${job_id}`, { remarks: 'weekly figures' });
  for (let run = 0; run < 2; run++) await send('POST', '/jobexecution', { job_id });
  for (let tries = 0; ((await send('GET', '/deadletter')) as unknown[]).length < 2; tries++) {
    if (tries === 300) throw new Error('the webhooks did not become dead letters');
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  const remove = async () => {
    await server.remove();
    receiver.stop();
  };
  return { ...server, token, reader, receiver: receiver.state, send, remove };
}
