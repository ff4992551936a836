import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, escapeIdentifier } from 'pg';
import { endProcess, gone } from './end-process.ts';
import { freePort } from './free-port.ts';
import { logSince, logSize } from './log-file.ts';
import { prepareData, readPassword, role, serverEnvironment, serverPaths } from './postgres-data.ts';
import { postgresRuntime } from './postgres-runtime.ts';
import { removeStalePid, runningIn } from './postmaster-pid.ts';
import { identify, signalProcess, type ProcessIdentity } from './process-identity.ts';
import { serverUser, type ServerUser } from './server-user.ts';
import { until } from './until.ts';

export interface PostgresOptions {
  /** Folder of ours for the server's data and password; made when it is missing. */
  readonly dir: string;
  /** Preferred port; another one is taken when it is busy. */
  readonly port?: number | undefined;
  /** For tests: nothing is synced to disk. A crash of the machine (not of the server) loses data. */
  readonly fast?: boolean;
  /** File for the server's log, appended; default `dir`/postgres.log. */
  readonly log?: string;
}

export interface Postgres {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the server has ended, however. */
  readonly ended: Promise<void>;
  /** Fast shutdown: open connections are ended, everything committed is on disk. */
  stop(): Promise<void>;
  /** As a crash would be; default SIGKILL. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * A real PostgreSQL on 127.0.0.1, durable, with a password. Starts with the data that the folder has; refuses a
 * folder in which a server works already.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const user = serverUser();
  const runtime = postgresRuntime(user);
  const fast = options.fast ?? false;
  const dir = resolve(options.dir);
  const data = await prepareData(dir, runtime, user, fast);
  const other = runningIn(data);
  if (other !== undefined) {
    throw new Error(
      `a PostgreSQL (pid ${other.process.pid}, port ${other.port}) already works in ${data}; ` +
        'stop it first or set SLUICE_DATA_DIR to another folder',
    );
  }
  const log = options.log ?? join(dir, 'postgres.log');
  const launch = { data, log, runtime, user, fast, password: readPassword(dir) };
  return await untilStarted(launch, options.port);
}

/** Ends the server that still works in this folder, for example because only its parent was killed. */
export async function endPostgresIn(dir: string): Promise<void> {
  const running = runningIn(join(resolve(dir), 'data'));
  if (running !== undefined) await stopServer(running.process);
}

interface Launch {
  readonly data: string;
  readonly log: string;
  readonly runtime: string;
  readonly user: ServerUser | undefined;
  readonly fast: boolean;
  readonly password: string;
}

/** Another program may take the free port first, and a killed server's children hold its memory for a moment: again. */
async function untilStarted(launch: Launch, preferredPort: number | undefined): Promise<Postgres> {
  const end = Date.now() + 60_000;
  for (;;) {
    removeStalePid(launch.data);
    const port = await freePort(preferredPort);
    const logged = logSize(launch.log);
    const { child, identity } = await launchServer(launch, port);
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const url = `postgres://${role}:${launch.password}@127.0.0.1:${port}/${role}`;
    if (await isUp(child, url)) return handle({ url, port, identity, ended });
    const words = logSince(launch.log, logged);
    const again = /could not bind|still in use|lock file .* already exists/.test(words) && Date.now() < end;
    if (!again) throw new Error(`PostgreSQL did not start in ${launch.data}: ${lastLines(words)}`);
    await delay(200);
  }
}

async function launchServer(
  launch: Launch,
  port: number,
): Promise<{ child: ChildProcess; identity: ProcessIdentity }> {
  const log = openSync(launch.log, 'a', 0o600);
  const paths = serverPaths(launch.user, launch.data);
  try {
    const child = spawn(
      join(launch.runtime, 'bin', 'postgres'),
      ['-D', ...paths.names, ...settings(port, launch.fast)],
      {
        ...launch.user,
        cwd: '/',
        env: serverEnvironment(),
        stdio: ['ignore', log, log, ...paths.descriptors],
        // Ctrl-C goes to the whole process group; the server must outlive its clients and is stopped by us.
        detached: true,
      },
    );
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    return { child, identity: identify(child.pid ?? 0) ?? { pid: child.pid ?? 0, startedAt: '' } };
  } finally {
    closeSync(log);
    paths.close();
  }
}

function settings(port: number, fast: boolean): string[] {
  const all = {
    port,
    listen_addresses: '127.0.0.1',
    // No socket file: its path may be at most 107 bytes long, ours may be longer.
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Personal data do not belong into logs: no statement with its values.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    // Never without synchronous_commit: a commit that was answered would be lost with the killed server, and with it an
    // intent whose mail is out.
    ...(fast ? { fsync: 'off', full_page_writes: 'off' } : {}),
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** False when the server ended before it answered. */
async function isUp(child: ChildProcess, url: string): Promise<boolean> {
  return await until(
    async () => {
      if (child.exitCode !== null || child.signalCode !== null) return 'ended';
      return (await answers(url)) ? 'up' : undefined;
    },
    120_000,
    () => 'PostgreSQL did not answer within 2 minutes; its log says why',
  ).then((state) => state === 'up');
}

/** True when the server takes connections; makes our database the first time. */
async function answers(url: string): Promise<boolean> {
  const maintenance = new Client({ connectionString: url.replace(/\/\w+$/, '/postgres') });
  maintenance.on('error', () => undefined);
  try {
    await maintenance.connect();
    const { rowCount } = await maintenance.query('select from pg_database where datname = $1', [role]);
    if (rowCount === 0) await maintenance.query(`create database ${escapeIdentifier(role)}`);
    return true;
  } catch {
    return false; // refused or still recovering: asked again until the deadline
  } finally {
    await maintenance.end().catch(() => undefined);
  }
}

function handle(server: {
  url: string;
  port: number;
  identity: ProcessIdentity;
  ended: Promise<void>;
}): Postgres {
  return {
    url: server.url,
    port: server.port,
    pid: server.identity.pid,
    ended: server.ended,
    stop: async () => await stopServer(server.identity),
    kill: async (signal = 'SIGKILL') => {
      signalProcess(server.identity, signal);
      await gone(server.identity, 10_000);
    },
  };
}

/** SIGINT is PostgreSQL's "fast" shutdown: it ends sessions and writes a checkpoint. */
async function stopServer(server: ProcessIdentity): Promise<void> {
  await endProcess(server, 'SIGINT', 60_000);
}

function lastLines(words: string): string {
  return words.split('\n').slice(-5).join(' | ');
}
