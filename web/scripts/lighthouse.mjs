// Runs Lighthouse on every view of the page with the data of `ecron serve --demo`, prints the scores and the audits
// below 0.9, and fails if a score is below 95.
//
//   node scripts/lighthouse.mjs [VIEW…]     without VIEW: all
//
// The preset is that of a desktop: the page is one of operators. Lighthouse is no dependency of the build: npx fetches
// it, unless LIGHTHOUSE names a folder in which it is installed. ECRON_BINARY names the binary (default:
// ../build/dev/ecron), CHROMIUM the browser. Scores of the performance are those of the machine and of its load, too.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { paths, start } from './demo.mjs';

const kVersion = '13.5.0';
const kLeast = 95;
const kAudit = 0.9;
const kViews = ['overview', 'jobs', 'job', 'editor', 'executions', 'execution', 'schedule', 'operations'];
const kCategories = ['performance', 'accessibility', 'best-practices'];

const installed = process.env.LIGHTHOUSE;
const [program, ...before] = installed
  ? [process.execPath, join(installed, 'node_modules/lighthouse/cli/index.js')]
  : ['npx', '--yes', `lighthouse@${kVersion}`];
// The page of a server at work is never idle, for which Lighthouse waits 45 s by itself.
const flags = [
  '--max-wait-for-load=15000',
  '--preset=desktop',
  `--only-categories=${kCategories.join(',')}`,
  '--chrome-flags=--headless=new --no-sandbox',
  '--no-enable-error-reporting',
  '--quiet',
  '--output=json',
];

/** Returns the report on an address. */
async function report(url, folder) {
  const file = join(folder, 'report.json');
  const env = { ...process.env, CHROME_PATH: process.env.CHROMIUM ?? '/usr/bin/chromium' };
  await promisify(execFile)(program, [...before, url, ...flags, `--output-path=${file}`], { env });
  const found = JSON.parse(readFileSync(file, 'utf8'));
  if (found.runtimeError) throw new Error(`${url}: ${found.runtimeError.message}`);
  return found;
}

/** Prints the scores of a view and the audits that lower them; returns whether every score is high enough. */
function judge(view, { categories, audits }) {
  const scores = kCategories.map(name => Math.round(categories[name].score * 100));
  const load = loadavg()[0].toFixed(1);
  console.log(`${view.padEnd(11)} ${scores.join(' ')}   (load average ${load})`);
  const counted = kCategories.flatMap(name => categories[name].auditRefs).filter(({ weight }) => weight > 0);
  for (const { id } of counted) {
    const { score, displayValue = '' } = audits[id];
    if (score !== null && score < kAudit) console.log(`  ${id} ${score} ${displayValue}`);
  }
  return scores.every(score => score >= kLeast);
}

const chosen = process.argv.slice(2);
for (const view of chosen)
  if (!kViews.includes(view)) throw new Error(`no view ${view}: ${kViews.join(' ')}`);
const folder = mkdtempSync(join(tmpdir(), 'ecron-lighthouse-'));
const demo = await start(() => ['--demo']);
try {
  const all = await paths(demo.origin);
  const failed = [];
  console.log(`view        ${kCategories.join(' ')}`);
  for (const view of chosen.length > 0 ? chosen : kViews)
    if (!judge(view, await report(`${demo.origin}/ui${all[view]}`, folder))) failed.push(view);
  if (failed.length > 0) {
    console.error(`lighthouse: a score is below ${kLeast}: ${failed.join(', ')}`);
    process.exitCode = 1;
  }
} finally {
  await demo.stop();
  rmSync(folder, { recursive: true, force: true });
}
