import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from '../domain/schema/configuration.ts';
import { freePort } from './free-port.ts';
import { logSince, logSize } from './log-file.ts';
import { startNode } from './node-process.ts';
import { startPostgres } from './postgres.ts';
import type { StackFile } from './stack-file.ts';
import { supervise, type Part, type Running } from './supervise.ts';
import { startTemporal } from './temporal.ts';
import { until } from './until.ts';

export interface StackUrls {
  readonly api: string;
  /** Null with a Temporal of your own and no SLUICE_TEMPORAL_UI. */
  readonly temporalUi: string | null;
  /** Null when SMTP_URL is set. */
  readonly sink: string | null;
  readonly database: string;
  /** Null when it comes from a profile of the `temporal` CLI. */
  readonly temporal: string | null;
  readonly smtp: string;
}

export interface PartsOptions {
  readonly configuration: Configuration;
  readonly env: NodeJS.ProcessEnv;
  readonly dataDir: string;
  readonly file: StackFile;
  readonly http: { readonly host: string; readonly port: number };
  readonly say: (line: string) => void;
  readonly workers: number;
}

export interface Parts {
  /** What api and worker need, as far as it is ours, in the order of starting. */
  readonly servers: readonly Part[];
  readonly api: Part;
  readonly workers: readonly Part[];
  /** Known when the servers run. */
  urls(): StackUrls;
}

/** Addresses that the servers have now; our own are filled in when they start. */
interface Addresses {
  database: string | null;
  temporal: string | null;
  temporalUi: string | null;
  smtp: string | null;
  sink: string | null;
}

/** The parts of this machine's stack, none of them started yet. */
export function createParts(options: PartsOptions): Parts {
  const { configuration, env, say, file } = options;
  const addresses: Addresses = {
    database: configuration.databaseUrl,
    temporal: configuration.temporalAddress,
    temporalUi: configuration.temporalUi,
    smtp: configuration.smtpUrl,
    sink: null,
  };
  const ownTemporal =
    configuration.temporalAddress === null && !env['TEMPORAL_PROFILE'] && !env['TEMPORAL_CONFIG_FILE'];
  const part = (name: string, start: (signal: AbortSignal) => Promise<Running>): Part =>
    supervise({ name, start, say, changed: (pid) => file.setProcess(name, pid) });
  const childEnv = (): NodeJS.ProcessEnv => environmentOf(options, addresses, ownTemporal);
  const workerNames = Array.from({ length: options.workers }, (_, i) =>
    i === 0 ? 'worker' : `worker-${i + 1}`,
  );
  return {
    servers: [
      ...(addresses.database === null ? [part('postgres', () => runPostgres(options, addresses))] : []),
      ...(ownTemporal ? [part('temporal', () => runTemporal(options, addresses))] : []),
      ...(addresses.smtp === null ? [part('sink', (signal) => runSink(options, addresses, signal))] : []),
    ],
    api: part('api', (signal) => runApi(options, childEnv(), signal)),
    workers: workerNames.map((name) => part(name, () => runWorker(options, name, childEnv()))),
    urls: () => ({
      api: apiUrl(options.http),
      temporalUi: addresses.temporalUi,
      sink: addresses.sink,
      database: addresses.database ?? '',
      temporal: addresses.temporal,
      smtp: addresses.smtp ?? '',
    }),
  };
}

async function runPostgres(options: PartsOptions, addresses: Addresses): Promise<Running> {
  const { file, dataDir } = options;
  const dir = join(dataDir, 'postgres');
  const server = await startPostgres({
    dir,
    port: file.record.ports['postgres'],
    log: logOf(dataDir, 'postgres'),
  });
  rememberPorts(file, { postgres: server.port });
  addresses.database = server.url;
  return server;
}

async function runTemporal(options: PartsOptions, addresses: Addresses): Promise<Running> {
  const { file, dataDir, say, env } = options;
  const { temporal: port, temporalUi: uiPort } = file.record.ports;
  const dbFile = join(dataDir, 'temporal.db');
  const server = await startTemporal({ dbFile, port, uiPort, log: logOf(dataDir, 'temporal'), say, env });
  rememberPorts(file, {
    temporal: server.port,
    ...(server.uiPort === undefined ? {} : { temporalUi: server.uiPort }),
  });
  addresses.temporal = server.address;
  addresses.temporalUi = server.uiUrl ?? null;
  return server;
}

async function runSink(options: PartsOptions, addresses: Addresses, signal: AbortSignal): Promise<Running> {
  const { file, dataDir, env } = options;
  const smtp = await freePort(file.record.ports['sinkSmtp']);
  const http = await freePort(file.record.ports['sinkHttp']);
  const args = ['--dir', join(dataDir, 'sink'), '--smtp-port', String(smtp), '--http-port', String(http)];
  const log = logOf(dataDir, 'sink');
  const logged = logSize(log);
  const sink = await startNode({ entry: 'embedded/sink/main', args, env, log });
  const url = `http://127.0.0.1:${http}`;
  await answering('the mail sink', sink, `${url}/count`, () => logSince(log, logged), signal);
  rememberPorts(file, { sinkSmtp: smtp, sinkHttp: http });
  addresses.smtp = `smtp://127.0.0.1:${smtp}`;
  addresses.sink = url;
  return sink;
}

async function runApi(options: PartsOptions, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Running> {
  const log = logOf(options.dataDir, 'api');
  const logged = logSize(log);
  const api = await startNode({ entry: 'api/main', env, log });
  await answering('the API', api, `${apiUrl(options.http)}/readyz`, () => logSince(log, logged), signal);
  return api;
}

/**
 * A small young generation for the worker: nearly all that a mail allocates is garbage when it has been sent; the default
 * only makes the process larger (257 instead of 230 MB at the same speed).
 */
const workerNodeArgs = ['--max-semi-space-size=4'];

async function runWorker(options: PartsOptions, name: string, env: NodeJS.ProcessEnv): Promise<Running> {
  const log = logOf(options.dataDir, name);
  const logged = logSize(log);
  const worker = await startNode({ entry: 'worker/main', nodeArgs: workerNodeArgs, env, log });
  void worker.ended.then(() => {
    const words = logSince(log, logged).split('\n').at(-1) ?? '';
    // A worker that cannot work says why in one plain line; its usual log lines are JSON.
    if (words !== '' && !words.startsWith('{')) options.say(`${name}: ${words}`);
    return undefined;
  });
  return worker;
}

/** Waits for a 200; ends the process and throws with its last words when it has ended or does not answer in time. */
async function answering(
  name: string,
  process: Running,
  url: string,
  words: () => string,
  signal: AbortSignal,
): Promise<void> {
  let hasEnded = false;
  void process.ended.then(() => (hasEnded = true));
  const tail = (): string => words().split('\n').slice(-5).join(' | ');
  try {
    await until(
      async () => {
        signal.throwIfAborted();
        if (hasEnded) throw new Error(`${name} ended while it was starting: ${tail()}`);
        return await isOk(url);
      },
      120_000,
      () => `${name} did not become ready within 2 minutes: ${tail()}`,
      50,
    );
  } catch (error) {
    await process.kill();
    throw error;
  }
}

async function isOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false; // not listening yet
  }
}

/** The environment of api and worker: that of a production, with our own servers filled in. */
function environmentOf(options: PartsOptions, addresses: Addresses, ownTemporal: boolean): NodeJS.ProcessEnv {
  const { dataDir, http, env } = options;
  const inherited = ownTemporal
    ? Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_')))
    : { ...env };
  return {
    ...inherited,
    SLUICE_DATA_DIR: dataDir,
    SLUICE_HTTP: `${http.host.includes(':') ? `[${http.host}]` : http.host}:${http.port}`,
    ...(addresses.temporalUi === null ? {} : { SLUICE_TEMPORAL_UI: addresses.temporalUi }),
    ...(options.configuration.databaseUrl === null ? { DATABASE_URL: addresses.database ?? '' } : {}),
    ...(options.configuration.smtpUrl === null ? { SMTP_URL: addresses.smtp ?? '' } : {}),
    ...ownPublicUrl(options),
    ...(ownTemporal ? ownTemporalEnvironment(options, addresses) : {}),
  };
}

/** Mails that only the sink gets may have links to this machine; real ones need an address that recipients can reach. */
function ownPublicUrl({ configuration, http }: PartsOptions): Record<string, string> {
  const { publicUrl, smtpUrl } = configuration;
  return publicUrl === null && smtpUrl === null ? { SLUICE_PUBLIC_URL: apiUrl(http) } : {};
}

/** A profile that the user has for another Temporal (TLS, API key) must not be mixed with our server's address. */
function ownTemporalEnvironment(options: PartsOptions, addresses: Addresses): Record<string, string> {
  const config = join(options.dataDir, 'temporal.toml');
  writeFileSync(config, '[profile.default]\n', { mode: 0o600 });
  return {
    TEMPORAL_ADDRESS: addresses.temporal ?? '',
    TEMPORAL_NAMESPACE: 'default',
    TEMPORAL_CONFIG_FILE: config,
  };
}

function apiUrl({ host, port }: { host: string; port: number }): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

function rememberPorts(file: StackFile, ports: Record<string, number>): void {
  file.update({ ports: { ...file.record.ports, ...ports } });
}

function logOf(dataDir: string, part: string): string {
  return join(dataDir, 'logs', `${part}.log`);
}
