import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Connection } from '@temporalio/client';
import { searchAttributes } from '../domain/temporal-names.ts';
import { endProcess, gone } from './end-process.ts';
import { freePort } from './free-port.ts';
import { logSince, logSize } from './log-file.ts';
import { identify, signalProcess, type ProcessIdentity } from './process-identity.ts';
import { temporalCli } from './program.ts';
import { type FindOptions, findProgram } from './temporal-binary.ts';
import { until } from './until.ts';

export interface TemporalOptions extends FindOptions {
  /** SQLite file with everything the server knows; made when it is missing. */
  readonly dbFile: string;
  /** Preferred ports; others are taken when they are busy. */
  readonly port?: number | undefined;
  readonly uiPort?: number | undefined;
  /** Search attributes to register, all of type Keyword. */
  readonly searchAttributes?: readonly string[];
  /** Without the web UI. */
  readonly headless?: boolean;
  /** File for the server's log, appended; default `dbFile`.log. */
  readonly log?: string;
}

export interface Temporal {
  /** host:port of the gRPC service. */
  readonly address: string;
  readonly port: number;
  /** Address of the web UI; undefined when headless. */
  readonly uiUrl: string | undefined;
  readonly uiPort: number | undefined;
  readonly pid: number;
  /** Resolves when the server has ended, however. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
  /** As a crash would be; default SIGKILL. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** The real Temporal development server on 127.0.0.1, with namespace `default` and its data in one SQLite file. */
export async function startTemporal(options: TemporalOptions): Promise<Temporal> {
  const binary = await findProgram(temporalCli, options);
  const dbFile = resolve(options.dbFile);
  mkdirSync(dirname(dbFile), { recursive: true, mode: 0o700 });
  const log = options.log ?? `${dbFile}.log`;
  return await untilStarted(log, async () => {
    const port = await freePort(options.port);
    const uiPort = options.headless === true ? undefined : await freePort(options.uiPort);
    return { binary, port, uiPort, args: devServerArguments({ ...options, dbFile }, port, uiPort) };
  });
}

interface Plan {
  readonly binary: string;
  readonly port: number;
  readonly uiPort: number | undefined;
  readonly args: readonly string[];
}

function devServerArguments(options: TemporalOptions, port: number, uiPort: number | undefined): string[] {
  const attributes = options.searchAttributes ?? Object.values(searchAttributes);
  const ui = uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-ip', '127.0.0.1'];
  // Measured: these two nearly double what many campaigns get. NORMAL loses nothing when a process is killed.
  const pragmas = ['journal_mode=WAL', 'synchronous=NORMAL'].flatMap((pragma) => ['--sqlite-pragma', pragma]);
  const registered = attributes.flatMap((name) => ['--search-attribute', `${name}=Keyword`]);
  const where = ['--ip', '127.0.0.1', '--port', String(port), '--db-filename', options.dbFile];
  const logs = ['--log-level', 'warn', '--color', 'never'];
  return ['server', 'start-dev', ...where, ...ui, ...pragmas, ...registered, ...logs];
}

/** Another program may take a free port before the server does: then again with other ports. */
async function untilStarted(log: string, plan: () => Promise<Plan>): Promise<Temporal> {
  for (let attempt = 1; ; attempt++) {
    const planned = await plan();
    const logged = logSize(log);
    const child = launch(planned, log);
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const identity = identify(child.pid ?? 0) ?? { pid: child.pid ?? 0, startedAt: '' };
    const address = `127.0.0.1:${planned.port}`;
    try {
      if (await isUp(child, address)) return handle(planned, identity, ended);
    } catch (error) {
      signalProcess(identity, 'SIGKILL');
      throw error;
    }
    const words = logSince(log, logged);
    if (attempt === 5 || !/in use|can't listen|bind/i.test(words)) {
      throw new Error(
        `Temporal did not start (${planned.binary}): ${words.split('\n').slice(-5).join(' | ')}`,
      );
    }
  }
}

function launch(plan: Plan, log: string): ChildProcess {
  const file = openSync(log, 'a', 0o600);
  try {
    // Detached: Ctrl-C goes to the whole process group, but the worker must be able to finish before its server.
    return spawn(plan.binary, plan.args, {
      cwd: '/',
      stdio: ['ignore', file, file],
      detached: true,
      env: environment(),
    });
  } finally {
    closeSync(file);
  }
}

/** The server must not read settings that are meant for clients (TEMPORAL_ADDRESS and the like). */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('TEMPORAL_') && name !== 'DATABASE_URL',
  );
  return Object.fromEntries(kept);
}

/** False when the server ended before it answered. */
async function isUp(child: ChildProcess, address: string): Promise<boolean> {
  const state = await until(
    async () => {
      if (child.exitCode !== null || child.signalCode !== null) return 'ended';
      return (await answers(address)) ? 'up' : undefined;
    },
    60_000,
    () => 'Temporal did not answer within a minute; its log says why',
  );
  return state === 'up';
}

/** The port opens before the services behind it are ready: ask for the namespace, as a worker will. */
async function answers(address: string, namespace = 'default'): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 2_000 });
    try {
      const ask = connection.workflowService.describeNamespace({ namespace });
      await connection.withDeadline(Date.now() + 2_000, async () => await ask);
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false; // refused or not ready: asked again until the deadline
  }
}

function handle(plan: Plan, identity: ProcessIdentity, ended: Promise<void>): Temporal {
  return {
    address: `127.0.0.1:${plan.port}`,
    port: plan.port,
    uiUrl: plan.uiPort === undefined ? undefined : `http://127.0.0.1:${plan.uiPort}`,
    uiPort: plan.uiPort,
    pid: identity.pid,
    ended,
    stop: async () => await endProcess(identity, 'SIGTERM', 10_000),
    kill: async (signal = 'SIGKILL') => {
      signalProcess(identity, signal);
      await gone(identity, 10_000);
    },
  };
}
