import { createHash, type Hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const root = fileURLToPath(new URL('..', import.meta.url));
const prebuilt = join(root, 'workflow-bundle.js');

/**
 * Path of the workflow bundle. A build has made it beforehand (`npm run build`); from sources it is made once per state
 * of the sources and kept in `cacheDir`, because making it takes seconds and a worker should be back at once.
 */
export async function findBundle(cacheDir: string): Promise<string> {
  if (existsSync(prebuilt)) return prebuilt;
  const path = join(cacheDir, `workflow-bundle-${await sourcesKey()}.js`);
  if (!existsSync(path)) await makeBundle(path);
  return path;
}

/** The code of the workflows as the worker runs it. */
export async function bundleCode(): Promise<string> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'workflows', `index.${extension}`),
    logger: { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: console.warn, error: console.error },
  });
  return code;
}

async function makeBundle(path: string): Promise<void> {
  const code = await bundleCode();
  await mkdir(join(path, '..'), { recursive: true });
  // Several workers may do this at the same time: each writes its own file, the last rename wins with equal content.
  const own = `${path}.${process.pid}`;
  await writeFile(own, code);
  await rename(own, path);
}

async function sourcesKey(): Promise<string> {
  const hash = createHash('sha256');
  hash.update(String(createRequire(import.meta.url)('@temporalio/worker/package.json').version));
  for (const folder of ['workflows', 'domain']) await addFolder(hash, join(root, folder));
  return hash.digest('hex').slice(0, 16);
}

async function addFolder(hash: Hash, folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /\.[jt]s$/.test(name)).sort();
  for (const name of names) hash.update(name).update(await readFile(join(folder, name)));
}

function quiet(): void {}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await makeBundle(prebuilt);
  console.log(`wrote ${prebuilt}`);
}
