// Prints the compressed size of the build and fails if the first load exceeds its limit: index.html, the files that it
// names, and what these import statically, plus one language and the first view.
import { readdirSync, readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const kLimit = 250 * 1024;
const dist = new URL('../dist/', import.meta.url);
const assets = readdirSync(new URL('assets/', dist));
const read = name => readFileSync(new URL(name === 'index.html' ? name : `assets/${name}`, dist));
const brotli = data => brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;

/// Returns the static imports of a chunk, and the style sheets that its importers preload.
function imports(name) {
  if (!name.endsWith('.js')) return [];
  const text = read(name).toString();
  return [...text.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)].map(match => match[1]);
}

const html = read('index.html').toString();
const first = new Set(['index.html', ...[...html.matchAll(/assets\/([\w.-]+)/g)].map(match => match[1])]);
for (const prefix of ['zh-CN-', 'OverviewView-', 'en-']) {
  const found = assets.filter(name => name.startsWith(prefix));
  if (prefix !== 'en-') for (const name of found) first.add(name);
}
for (const name of first) for (const next of imports(name)) first.add(next);

const rows = ['index.html', ...assets].map(name => ({
  name,
  raw: read(name).length,
  gzip: gzipSync(read(name), { level: 9 }).length,
  brotli: brotli(read(name)),
  first: first.has(name),
}));
for (const row of rows.sort((a, b) => Number(b.first) - Number(a.first) || b.gzip - a.gzip)) {
  const mark = row.first ? '*' : ' ';
  console.log(
    `${mark} ${String(row.raw).padStart(8)} ${String(row.gzip).padStart(7)} ${String(row.brotli).padStart(7)}  ${row.name}`,
  );
}
const sum = key => rows.filter(row => row.first).reduce((total, row) => total + row[key], 0);
console.log(
  `first load (*): ${(sum('gzip') / 1024).toFixed(1)} KiB gzip, ${(sum('brotli') / 1024).toFixed(1)} KiB brotli`,
);
if (sum('gzip') > kLimit) {
  console.error(`size: the first load exceeds ${kLimit / 1024} KiB`);
  process.exit(1);
}
