#!/usr/bin/env node
// The first thing that runs on a fresh clone: plain Node, no dependencies, and understandable to old versions of it.
// Everything happens in this one process, so that a signal has one receiver and nothing is left behind.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const oldestNode = [20, 19];

refuseOldNode();
const [first, ...rest] = process.argv.slice(2);
if (!existsSync(join(root, 'cli', 'main.ts'))) {
  // A container holds the build and no sources; it was installed when it was made.
  await run(join(root, 'dist', 'cli', 'main.js'), process.argv.slice(2));
} else {
  installWhenNeeded();
  if (first === '--test') await test(rest);
  else if (first === '--bench') await fromSources('test/bench/main.ts', rest);
  else await fromSources('cli/main.ts', process.argv.slice(2));
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  say(
    `Node.js ${oldestNode.join('.')} or newer is needed (this is ${process.versions.node}); install a newer one`,
  );
  process.exit(2);
}

/** npm ci, unless node_modules is what package-lock.json says. */
function installWhenNeeded() {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = createHash('sha256').update(`${process.platform} ${process.arch}\n${lock}`).digest('hex');
  const stampFile = join(root, 'node_modules', '.sluice-install');
  if (readText(stampFile) === stamp) return;
  if (!isInstalled(lock)) {
    say('installing the dependencies with npm ci (a minute or so; again only when they change)');
    npm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  try {
    writeFileSync(stampFile, stamp);
  } catch {
    // A folder that somebody else owns: the comparison is made again the next time.
  }
}

/** npm writes what it installed beside the packages, as its last step. */
function isInstalled(lock) {
  const installed = readText(join(root, 'node_modules', '.package-lock.json'));
  if (installed === null) return false;
  const found = JSON.parse(installed).packages;
  return Object.entries(JSON.parse(lock).packages).every(
    ([path, wanted]) => path === '' || !isMeant(wanted) || found[path]?.version === wanted.version,
  );
}

/** Packages for other platforms are not installed; neither are optional ones that could not be had. */
function isMeant({ os, cpu, libc, optional }) {
  if (optional !== true) return true;
  if (os === undefined || cpu === undefined || libc !== undefined) return false;
  return os.includes(process.platform) && cpu.includes(process.arch);
}

function npm(args) {
  // The npm that called us, else the one on the PATH.
  const caller = process.env.npm_execpath;
  const own = caller !== undefined && /npm-cli\.c?js$/.test(caller);
  const result = spawnSync(own ? process.execPath : 'npm', own ? [caller, ...args] : args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (result.status === 0) return;
  say(
    result.error === undefined
      ? 'npm ci failed (see above); correct that and start again'
      : `npm could not be started (${result.error.message}); install npm, then start again`,
  );
  process.exit(1);
}

/** Fetches what the tests need before the first of them runs, then hands over to vitest. */
async function test(args) {
  const unregister = await registerTypeScript();
  const { findProgram } = await import(url('embedded/temporal-binary.ts'));
  const { temporalCli, timeSkippingServer } = await import(url('embedded/program.ts'));
  try {
    for (const program of [temporalCli, timeSkippingServer]) await findProgram(program, { say });
  } catch (error) {
    say(error.message);
    process.exit(1);
  }
  await unregister();
  process.chdir(root);
  await run(join(root, 'node_modules', 'vitest', 'vitest.mjs'), ['run', ...args]);
}

async function fromSources(entry, args) {
  await registerTypeScript();
  await run(join(root, entry), args);
}

async function registerTypeScript() {
  const { register } = await import('tsx/esm/api');
  return register();
}

/** Becomes the program: same process, its own name and arguments. */
async function run(entry, args) {
  process.argv.splice(1, process.argv.length, entry, ...args);
  await import(pathToFileURL(entry).href);
}

function url(path) {
  return pathToFileURL(join(root, path)).href;
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function say(line) {
  process.stderr.write(`sluice: ${line}\n`);
}
