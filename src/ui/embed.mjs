// Compresses the files of a built page and writes the source that embeds them: node embed.mjs DIST FOLDER
//
// FOLDER receives embedded_files.cpp and the encoded files, which the source names. The source contains a digest of
// each file, so that it changes with them: compiler caches do not look into what #embed names.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { extname, join, relative, resolve, sep } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};
// The build adds a hash of the content to the names of assets.
const HASHED = /^assets\/.+-[\w-]{8,}\.\w+$/;

const [dist, folder] = process.argv.slice(2).map((path) => resolve(path));

function listFiles(of) {
  return readdirSync(of)
    .map((name) => join(of, name))
    .flatMap((path) => (statSync(path).isDirectory() ? listFiles(path) : [path]));
}

const brotli = (bytes) =>
  brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
const gzip = (bytes) => gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });

// Writes the bytes to a file of FOLDER and returns the declaration that embeds it.
function embed(variable, bytes) {
  const path = join(folder, `${variable}.bin`);
  writeFileSync(path, bytes);
  return `constexpr unsigned char ${variable}[] = {\n#embed ${JSON.stringify(path)}\n};\n`;
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const declarations = [];
const rows = [];
const paths = listFiles(dist)
  .map((path) => relative(dist, path).split(sep).join("/"))
  .filter((path) => !path.endsWith(".map"))
  .sort();
if (!paths.includes("index.html")) throw new Error(`${dist} contains no index.html`);
for (const [index, path] of paths.entries()) {
  const type = TYPES[extname(path)];
  if (!type) throw new Error(`${path}: the type of this file is unknown; add it to src/ui/embed.mjs`);
  const bytes = readFileSync(join(dist, path));
  if (bytes.length === 0) throw new Error(`${path} is empty`);
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
  const views = [["", bytes], ["_br", brotli(bytes)], ["_gz", gzip(bytes)]].map(([suffix, encoded]) => {
    if (suffix && encoded.length >= bytes.length) return "{}";
    declarations.push(embed(`file_${index}${suffix}`, encoded));
    return `view(file_${index}${suffix})`;
  });
  const caching = HASHED.test(path) ? "immutable" : "revalidated";
  rows.push(`    File{${JSON.stringify(path)}, ${JSON.stringify(type)}, "${digest}", Caching::${caching}, ${views.join(", ")}},`);
}
writeFileSync(
  join(folder, "embedded_files.cpp"),
  `// Written by src/ui/embed.mjs.
#include "ecron/ui/page.hpp"

namespace ecron::ui {
namespace {

${declarations.join("")}
template <std::size_t size> std::string_view view(const unsigned char (&bytes)[size]) {
    return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

std::span<const File> embedded_files() {
    static const File files[] = {
${rows.join("\n")}
    };
    return files;
}

}  // namespace ecron::ui
`,
);
