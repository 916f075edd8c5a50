// Writes dist/licenses.txt: the licences of the packages that the page contains, which their authors ask to be passed on
// with it. The binary contains the file, so that each form of distribution does.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const { packages } = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8'));
const kFile = /^licen[sc]e/i;

function isInPage([location, { dev, optional, devOptional, peer }]) {
  return location !== '' && !dev && !optional && !devOptional && !peer;
}

function noticeOf([location, { version, license }]) {
  const name = location.split('node_modules/').pop();
  const folder = new URL(`${location}/`, root);
  const texts = readdirSync(folder)
    .filter(file => kFile.test(file))
    .map(file => readFileSync(new URL(file, folder), 'utf8').trim());
  if (texts.length === 0 && !license) throw new Error(`licenses: ${name} states no licence`);
  return [`${name} ${version}, ${license ?? 'see below'}`, ...texts].join('\n\n');
}

const notices = Object.entries(packages).filter(isInPage).map(noticeOf);
if (notices.length === 0) throw new Error('licenses: package-lock.json names no package of the page');
writeFileSync(new URL('dist/licenses.txt', root), `${notices.join(`\n\n${'-'.repeat(72)}\n\n`)}\n`);
