import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '../db/migrate.ts';
import { readConfiguration, type Configuration } from '../domain/schema/configuration.ts';
import { ensureFirstKey } from './first-key.ts';
import { freePort, isFree } from './free-port.ts';
import { rotateLogs } from './log-file.ts';
import { endOrphans } from './orphans.ts';
import { createParts, type Parts, type StackUrls } from './parts.ts';
import { dataFolder } from './program-folder.ts';
import { StackFile } from './stack-file.ts';
import { lockStack } from './stack-lock.ts';
import type { Part } from './supervise.ts';

export interface StackOptions {
  /** Instead of process.env; also what api and worker inherit. */
  readonly env?: NodeJS.ProcessEnv;
  /** One line for people at each step. */
  readonly say?: (line: string) => void;
  /** Worker processes; default 1. */
  readonly workers?: number;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
  /** Kills every part, now or whenever it is aborted. */
  readonly killSignal?: AbortSignal;
}

export interface Stack {
  readonly urls: StackUrls;
  readonly dataDir: string;
  /** The admin's key that the command line uses too. */
  readonly apiKey: string;
  /** By name: postgres, temporal, sink (as far as they are ours), api, worker, worker-2 and so on. */
  readonly parts: ReadonlyMap<string, Part>;
  /** Kills a worker (default the first one, with SIGKILL); it stays down until `startWorker`. */
  killWorker(signal?: NodeJS.Signals, name?: string): Promise<void>;
  startWorker(name?: string): Promise<void>;
  /** Ends everything in order: workers, api, Temporal, sink, PostgreSQL. */
  stop(): Promise<void>;
  /** SIGKILL for everything, at once. */
  killAll(): Promise<void>;
}

/**
 * Everything that Sluice needs, on this machine: PostgreSQL, Temporal with its UI and a mail sink (or those that
 * DATABASE_URL, TEMPORAL_ADDRESS and SMTP_URL name), then api and worker as the processes they are in production. Each
 * part is started again when it dies. Resolves when the API says it is ready.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const env = options.env ?? process.env;
  const say = options.say ?? ((line: string): void => console.error(line));
  const configuration = readConfiguration(env, 'stack', (path) => readFileSync(path, 'utf8'));
  const dataDir = dataFolder(env['SLUICE_DATA_DIR']);
  mkdirSync(join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
  const unlock = lockStack(dataDir);
  const started: Part[] = [];
  try {
    const file = new StackFile(dataDir);
    await endOrphans(file.record.processes, join(dataDir, 'postgres'), say);
    rotateLogs(join(dataDir, 'logs'));
    const http = await httpAddress(configuration, file);
    const parts = createParts({
      configuration,
      env,
      dataDir,
      file,
      http,
      say,
      workers: options.workers ?? 1,
    });
    const stopStarted = (): void => void Promise.allSettled(started.map(async (part) => await part.stop()));
    options.signal?.addEventListener('abort', stopStarted, { once: true });
    options.killSignal?.addEventListener('abort', () => {
      for (const part of allOf(parts)) void part.kill().catch(() => undefined);
    });
    await startInOrder(parts, dataDir, started, options.signal);
    options.signal?.removeEventListener('abort', stopStarted);
    return handle(parts, dataDir, file, unlock);
  } catch (error) {
    for (const part of started.reverse()) await part.stop();
    unlock();
    throw error;
  }
}

/** The address is documented, so another one is not taken in silence; port 0 asks for any free one. */
async function httpAddress(
  { http }: Configuration,
  file: StackFile,
): Promise<{ host: string; port: number }> {
  if (http.port === 0) {
    const port = await freePort(file.record.ports['http']);
    file.update({ ports: { ...file.record.ports, http: port } });
    return { ...http, port };
  }
  if (await isFree(http.port, http.host)) return http;
  throw new Error(
    `port ${http.port} of ${http.host} is used by another program; end that program or ` +
      `set SLUICE_HTTP to another address, for example SLUICE_HTTP=${http.host}:${await freePort()}`,
  );
}

async function startInOrder(
  parts: Parts,
  dataDir: string,
  started: Part[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const start = async (part: Part): Promise<void> => {
    signal?.throwIfAborted();
    started.push(part);
    await part.start();
    signal?.throwIfAborted();
  };
  for (const part of parts.servers) await start(part);
  const { database } = parts.urls();
  await migrate(database);
  await ensureFirstKey(dataDir, database);
  // The worker needs seconds to load, the API less: side by side, and ready means the API's own word for it.
  await Promise.all([...parts.workers, parts.api].map(async (part) => await start(part)));
}

/** In the order of ending: nobody loses its server while it works. */
function allOf(parts: Parts): Part[] {
  return [...parts.workers, parts.api, ...parts.servers.toReversed()];
}

function handle(parts: Parts, dataDir: string, file: StackFile, unlock: () => void): Stack {
  const inOrder = allOf(parts);
  const byName = new Map(inOrder.map((part) => [part.name, part]));
  const worker = (name: string): Part => {
    const part = byName.get(name);
    if (part === undefined || !name.startsWith('worker'))
      throw new Error(`the stack has no worker "${name}"`);
    return part;
  };
  const urls = parts.urls();
  file.update({ api: urls.api, temporalUi: urls.temporalUi, sink: urls.sink });
  return {
    urls,
    dataDir,
    apiKey: readFileSync(join(dataDir, 'api-key'), 'utf8').trim(),
    parts: byName,
    killWorker: async (signal = 'SIGKILL', name = 'worker') => await worker(name).kill(signal),
    startWorker: async (name = 'worker') => await worker(name).start(),
    stop: async () => {
      await Promise.all(parts.workers.map(async (part) => await part.stop()));
      for (const part of inOrder.slice(parts.workers.length)) await part.stop();
      unlock();
    },
    killAll: async () => {
      await Promise.all(inOrder.map(async (part) => await part.kill()));
      unlock();
    },
  };
}
