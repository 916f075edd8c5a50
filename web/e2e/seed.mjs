// Fills a running ecron with about 60 believable jobs and a small HTTP target that they call.
//
//   node e2e/seed.mjs http://127.0.0.1:12345     stays in the foreground: the target lives as long as the process
//
// The target answers by path: /ok/… at once, /slow/N/… after about N ms, /flaky/N/… with 500 in N of 100 requests,
// /fail/… with 500.
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const kPrefix = '/api/ecron-management/v1';

const sleep = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

/** Starts the target; returns its URL and a function that stops it. */
export async function startTarget() {
  const server = createServer(async (request, response) => {
    const [, kind, value] = (request.url ?? '/').split('/');
    const number = Number(value) || 0;
    if (kind === 'slow') await sleep(number * (0.6 + Math.random() * 0.8));
    else await sleep(5 + Math.random() * 60);
    const failed = kind === 'fail' || (kind === 'flaky' && Math.random() * 100 < number);
    const body = failed
      ? { error: 'upstream timed out', upstream: 'warehouse-db-2', after_ms: 5000 }
      : { status: 'ok', rows: Math.floor(Math.random() * 10_000) };
    response.writeHead(failed ? 500 : 200, { 'Content-Type': 'application/json' });
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

// name, expression, path of the target, labels, further members
const kJobs = [
  ['heartbeat-api', '*/5 * * * * *', '/ok/heartbeat', { team: 'platform', env: 'prod' }],
  ['heartbeat-search', '*/10 * * * * *', '/ok/heartbeat', { team: 'search', env: 'prod' }],
  ['queue-depth-probe', '*/15 * * * * *', '/slow/300/queue', { team: 'platform', env: 'prod' }],
  ['cache-warm-home', '*/20 * * * * *', '/slow/1500/warm', { team: 'shop', env: 'prod' }],
  ['cart-abandonment-mails', '*/30 * * * * *', '/flaky/30/mails', { team: 'marketing', env: 'prod' }],
  ['payment-reconciliation', '*/20 * * * * *', '/fail/reconcile', { team: 'billing', env: 'prod' }],
  ['inventory-sync-berlin', '* * * * *', '/slow/4000/inventory', { team: 'logistics', region: 'eu' }],
  ['inventory-sync-shanghai', '* * * * *', '/slow/2500/inventory', { team: 'logistics', region: 'cn' }],
  ['price-feed-import', '*/2 * * * *', '/flaky/20/prices', { team: 'catalogue', env: 'prod' }],
  ['exchange-rates', '*/5 * * * *', '/ok/rates', { team: 'billing', env: 'prod' }],
  ['fraud-score-refresh', '*/10 * * * * *', '/fail/score', { team: 'risk', env: 'prod' }],
  ['order-export-erp', '*/3 * * * *', '/slow/9000/erp', { team: 'billing', env: 'prod' }],
  ['search-index-delta', '*/30 * * * * *', '/slow/12000/index', { team: 'search', env: 'prod' }],
  ['thumbnail-backlog', '* * * * *', '/slow/25000/thumbnails', { team: 'shop', env: 'prod' }],
  ['session-cleanup', '*/5 * * * *', '/ok/sessions', { team: 'platform', env: 'prod' }],
];

const kSteady = [
  ['nightly-backup-orders', '30 2 * * *', { team: 'platform', tier: 'critical' }],
  ['nightly-backup-catalogue', '45 2 * * *', { team: 'platform', tier: 'critical' }],
  ['backup-verification', '0 5 * * *', { team: 'platform', tier: 'critical' }],
  ['monthly-invoices', '0 6 1 * *', { team: 'billing', tier: 'critical' }],
  ['dunning-letters', '0 9 * * 1-5', { team: 'billing' }],
  ['vat-report', '0 7 10 * *', { team: 'billing' }],
  ['sales-dashboard', '*/15 * * * *', { team: 'data', env: 'prod' }],
  ['warehouse-stock-report', '0 18 * * 1-5', { team: 'logistics' }],
  ['supplier-orders', '30 6 * * 1-6', { team: 'logistics' }],
  ['parcel-tracking-poll', '*/10 * * * *', { team: 'logistics' }],
  ['newsletter-weekly', '0 10 * * 4', { team: 'marketing' }],
  ['birthday-vouchers', '0 8 * * *', { team: 'marketing' }],
  ['recommendation-training', '0 1 * * 0', { team: 'data', gpu: 'yes' }],
  ['clickstream-rollup-hourly', '5 * * * *', { team: 'data' }],
  ['clickstream-rollup-daily', '15 0 * * *', { team: 'data' }],
  ['gdpr-deletions', '0 3 * * *', { team: 'legal', tier: 'critical' }],
  ['audit-log-archive', '0 4 * * 6', { team: 'security' }],
  ['certificate-expiry-check', '0 8 * * *', { team: 'security' }],
  ['vulnerability-scan', '0 22 * * 5', { team: 'security' }],
  ['dns-zone-export', '0 */6 * * *', { team: 'platform' }],
  ['log-rotation', '0 * * * *', { team: 'platform' }],
  ['sitemap-generation', '20 */4 * * *', { team: 'shop' }],
  ['image-cdn-purge', '0 2 * * 1', { team: 'shop' }],
  ['flash-sale-start', '0 0 1 12 *', { team: 'shop' }],
  ['product-feed-google', '0 */3 * * *', { team: 'marketing' }],
  ['product-feed-with-a-rather-long-name-for-the-marketplace-south', '10 */3 * * *', { team: 'marketing' }],
  ['currency-rounding-audit', '0 12 * * 1', { team: 'billing' }],
  ['customer-segments', '30 3 * * *', { team: 'data' }],
  ['returns-processing', '*/30 8-18 * * 1-5', { team: 'logistics' }],
  ['loyalty-points-expiry', '0 0 * * *', { team: 'marketing' }],
  ['database-statistics', '0 4 * * 0', { team: 'platform' }],
  ['staging-reset', '0 5 * * 1', { team: 'platform', env: 'staging' }],
  ['staging-smoke-test', '*/20 * * * *', { team: 'platform', env: 'staging' }],
  ['translation-pull', '0 7 * * 1-5', { team: 'shop' }],
  ['translation-push', '0 17 * * 1-5', { team: 'shop' }],
  ['partner-sftp-pickup', '*/15 6-20 * * *', { team: 'logistics' }],
  ['credit-limit-refresh', '0 6 * * *', { team: 'risk' }],
  ['chargeback-import', '0 11 * * *', { team: 'risk' }],
  ['每日销售报表', '0 9 * * *', { team: '数据' }],
  ['库存盘点', '0 23 * * 0', { team: '物流' }],
];

const kZones = ['Europe/Berlin', 'UTC', 'Asia/Shanghai', 'America/New_York'];

function definitions(target) {
  const retry = { max_attempts: 2, initial: '2s' };
  const context = (path, index, labels) => ({
    mode: 'http',
    exec: `${target}${path}`,
    info: { method: index % 3 === 0 ? 'POST' : 'GET' },
    timezone: kZones[index % kZones.length],
    labels,
  });
  const fast = kJobs.map(([name, cron, path, labels], index) => ({
    job_name: name,
    job_type: 'scheduled',
    job_cron_time: cron,
    enabled: true,
    job_context: { ...context(path, index, labels), ...(path.startsWith('/f') ? { retry } : {}) },
  }));
  const steady = kSteady.map(([name, cron, labels], index) => ({
    job_name: name,
    job_type: 'scheduled',
    job_cron_time: cron,
    enabled: index % 11 !== 5,
    remarks: index % 4 === 0 ? 'Owner: see the label team. Runbook in the wiki.' : '',
    job_context: context(`/ok/${index}`, index, labels),
  }));
  const others = [
    {
      job_name: 'rebuild-search-index',
      job_type: 'real-time',
      enabled: true,
      job_context: context('/slow/2000/rebuild', 1, { team: 'search' }),
    },
    {
      job_name: 'send-test-mail',
      job_type: 'real-time',
      enabled: true,
      job_context: context('/ok/mail', 1, { team: 'marketing' }),
    },
    {
      job_name: 'migrate-customer-addresses',
      job_type: 'timed',
      job_cron_time: new Date(Date.now() + 26 * 3_600_000).toISOString().replace(/\.\d+/, ''),
      enabled: true,
      job_context: context('/slow/2000/migrate', 1, { team: 'shop' }),
    },
  ];
  return [...fast, ...steady, ...others];
}

/** Creates or replaces the jobs, and starts each of the steady ones once, so that most have a last run. */
export async function seed(server, target) {
  const send = async (method, path, body) => {
    const headers = process.env.ECRON_TOKEN ? { Authorization: `Bearer ${process.env.ECRON_TOKEN}` } : {};
    const response = await fetch(`${server}${kPrefix}${path}`, {
      method,
      headers,
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const ids = new Map();
  for (const job of definitions(target)) {
    const stored = await send('PUT', `/job/by-name/${encodeURIComponent(job.job_name)}`, job);
    ids.set(job.job_name, stored.job_id);
  }
  for (const [name] of kSteady.slice(0, 30)) await send('POST', '/jobexecution', { job_id: ids.get(name) });
  return ids;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = process.argv[2] ?? 'http://127.0.0.1:12345';
  const target = await startTarget();
  const ids = await seed(server, target.url);
  console.log(`seed: ${ids.size} jobs at ${server}, target at ${target.url}; Ctrl-C stops the target`);
}
