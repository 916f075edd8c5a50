// Adds jobs with a past to a running ecron, for the views of a job and of an execution: three days of executions, retries,
// commands with output on both streams, an execution of half a minute, and changes in the audit log.
//
//   ECRON_TOKEN=… node e2e/history.mjs http://127.0.0.1:12345     stays in the foreground for its target
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const kPrefix = '/api/ecron-management/v1';
const kMinute = 60_000;

/** /twice/… answers 503 to the first two attempts of an execution; everything else answers 200 after a moment. */
export async function startHistoryTarget() {
  const seen = new Map();
  const server = createServer(async (request, response) => {
    const path = request.url ?? '/';
    await new Promise(resolve => setTimeout(resolve, 20 + Math.random() * 200));
    const key = `${request.headers['idempotency-key'] ?? ''}`;
    const attempt = (seen.get(key) ?? 0) + 1;
    seen.set(key, attempt);
    const failed = path.startsWith('/fail') || (path.startsWith('/twice') && attempt <= 2);
    const body = failed
      ? { error: 'connection pool exhausted', pool: 'warehouse', waiting: 41, attempt }
      : { status: 'ok', invoices: 1_280, total: { EUR: 48_211.07, USD: 9_120.4 }, attempt };
    response.writeHead(failed ? 503 : 200, { 'Content-Type': 'application/json', Server: 'billing/4.2' });
    response.end(JSON.stringify(body));
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const kReport = `sh -c 'echo "report: started"; for i in $(seq 1 400); do echo "$(date -u +%T) row $i: order $((i * 7919)) checked, 3 positions, total $((i * 13)).90 EUR"; [ $((i % 57)) = 0 ] && echo "warning: order $((i * 7919)) has no VAT id" >&2; done; echo "report: done"'`;
const kSlow = `sh -c 'for i in $(seq 1 40); do echo "step $i of 40: copying segment $i"; [ $((i % 9)) = 0 ] && echo "retrying segment $i" >&2; sleep 0.5; done'`;

function jobs(target) {
  const http = (path, more = {}) => ({ mode: 'http', exec: `${target}${path}`, ...more });
  return [
    {
      job_name: 'nightly-invoices',
      job_type: 'scheduled',
      job_cron_time: '*/15 * * * *',
      enabled: true,
      remarks: 'Owner: billing. The runbook is in the wiki.',
      job_context: http('/invoices?format=pdf', {
        info: { method: 'POST', headers: { 'X-Team': 'billing' }, body: { format: 'pdf', dry_run: false } },
        timezone: 'Europe/Berlin',
        labels: { team: 'billing', tier: 'critical' },
        retry: { max_attempts: 3, initial: '2s' },
        jitter: '5s',
      }),
    },
    {
      job_name: 'address-import',
      job_type: 'scheduled',
      job_cron_time: '*/10 * * * *',
      enabled: true,
      job_context: http('/twice/addresses', {
        timezone: 'Asia/Shanghai',
        retry: { max_attempts: 4, initial: '1s', max: '2s' },
        labels: { team: 'logistics' },
      }),
    },
    {
      job_name: 'order-report',
      job_type: 'scheduled',
      job_cron_time: '*/20 * * * *',
      enabled: true,
      job_context: { mode: 'exe', exec: kReport, timezone: 'UTC', labels: { team: 'data' } },
    },
    {
      job_name: 'segment-copy',
      job_type: 'real-time',
      job_cron_time: '',
      enabled: true,
      job_context: { mode: 'exe', exec: kSlow },
    },
    {
      job_name: 'broken-export',
      job_type: 'scheduled',
      job_cron_time: '*/5 * * * *',
      enabled: true,
      job_context: http('/fail/export', { retry: { max_attempts: 2, initial: '1s' } }),
    },
    {
      job_name: 'fresh-job',
      job_type: 'scheduled',
      job_cron_time: '0 4 1 1 *',
      enabled: true,
      job_context: http('/fresh', { timezone: 'America/New_York' }),
    },
    {
      job_name: 'spare-job',
      job_type: 'scheduled',
      job_cron_time: '0 4 1 1 *',
      enabled: true,
      job_context: http('/spare', { timezone: 'America/New_York' }),
    },
  ];
}

/** Executions of three days: mostly well, slower at night, some failures. */
function past(job, present) {
  const rows = [];
  for (let at = present - 3 * 24 * 60 * kMinute; at < present - kMinute; at += 15 * kMinute) {
    const slot = Math.floor(at / (15 * kMinute)) * 15 * kMinute;
    const failed =
      (slot / kMinute) % 47 === 0 || (slot > present - 30 * 3_600_000 && slot < present - 29 * 3_600_000);
    const length = Math.round((2 + 6 * Math.abs(Math.sin(slot / 9e6)) + (failed ? 20 : 0)) * 1_000);
    rows.push({
      execute_id: `past-${job.job_id.slice(0, 8)}-${slot / 1_000}`,
      job_id: job.job_id,
      job_name: job.job_name,
      job_type: 'scheduled',
      job_status: failed ? 'abandon' : 'success',
      begin_at: new Date(slot).toISOString().replace(/\.\d+/, ''),
      end_at: new Date(slot + length).toISOString().replace(/\.\d+/, ''),
      execute_times: failed ? 3 : 1,
      executor: [{ executor_id: 'node-a', executed_at: new Date(slot).toISOString().replace(/\.\d+/, '') }],
      ext_info: failed ? { reason: 'the target answered 503' } : {},
    });
  }
  return rows;
}

export async function seedHistory(server, target, token = process.env.ECRON_TOKEN) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const send = async (method, path, body) => {
    const response = await fetch(`${server}${kPrefix}${path}`, {
      method,
      headers,
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    const text = await response.text();
    return text ? JSON.parse(text) : null;
  };
  const ids = {};
  for (const job of jobs(target)) {
    const stored = await send('PUT', `/job/by-name/${job.job_name}`, job);
    ids[job.job_name] = stored.job_id;
    if (job.job_name === 'nightly-invoices') await send('PUT', '/jobstatus/-', past(stored, Date.now()));
  }
  const invoices = `/job/${ids['nightly-invoices']}`;
  await send('PATCH', invoices, { job_context: { timeout: '30s', misfire: 'all' } });
  await send('PATCH', invoices, { job_cron_time: '*/15 * * * *', remarks: 'Owner: billing.' });
  await send('PUT', `${invoices}/enable`, { enable: false });
  await send('PUT', `${invoices}/enable`, { enable: true });
  await send('PATCH', invoices, {
    job_context: { labels: { team: 'billing', tier: 'critical', region: 'eu' }, overlap: 'queue' },
  });
  const executions = {};
  for (const name of ['nightly-invoices', 'address-import', 'order-report', 'broken-export'])
    executions[name] = (await send('POST', '/jobexecution', { job_id: ids[name] })).execute_id;
  return { ids, executions };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const target = await startHistoryTarget();
  const { ids } = await seedHistory(process.argv[2] ?? 'http://127.0.0.1:12345', target.url);
  console.log(JSON.stringify(ids));
}
