import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readCountsOf } from '../../db/counts.ts';
import { migrate } from '../../db/migrate.ts';
import { openDatabase, type Database } from '../../db/open.ts';
import type { DeliveryState } from '../../domain/delivery-state.ts';
import { freePort } from '../../embedded/free-port.ts';
import { startPostgres, type Postgres } from '../../embedded/postgres.ts';
import { startTemporal, type Temporal } from '../../embedded/temporal.ts';
import { addContacts, addDraft } from './campaigns.ts';
import { endProgram, eventually, firstLine, spawnProgram } from './processes.ts';
import { SmtpPeer } from './smtp-peer.ts';
import { scratchDir } from './world.ts';

export interface ArenaOptions {
  readonly window?: number;
  readonly connections?: number;
  readonly peer?: Parameters<typeof SmtpPeer.start>[0];
  /** More environment for api and workers. */
  readonly env?: Record<string, string>;
  /** Durable commits as in production (for measurements); tests that only kill processes do without. */
  readonly durable?: boolean;
  /** Runs api and worker from the build (dist/), as containers do. */
  readonly built?: boolean;
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/**
 * The whole product as processes that can be killed one by one: real PostgreSQL, real Temporal, api/main.ts and
 * worker/main.ts as production starts them, and a scripted relay in this process.
 */
export class Arena {
  readonly peer: SmtpPeer;
  readonly db: Database;
  readonly window: number;
  postgres: Postgres;
  temporal: Temporal;
  readonly #dir: string;
  readonly workerEnv: Record<string, string>;
  readonly #programs = new Set<ChildProcess>();
  #api: { url: string; key: string } | null = null;

  readonly #fast: boolean;
  readonly #built: boolean;

  private constructor(parts: {
    dir: string;
    peer: SmtpPeer;
    postgres: Postgres;
    temporal: Temporal;
    window: number;
    env: Record<string, string>;
    fast: boolean;
    built: boolean;
  }) {
    this.#fast = parts.fast;
    this.#built = parts.built;
    this.#dir = parts.dir;
    this.peer = parts.peer;
    this.postgres = parts.postgres;
    this.temporal = parts.temporal;
    this.window = parts.window;
    this.workerEnv = parts.env;
    this.db = openDatabase(parts.postgres.url, { name: 'arena' });
  }

  static async start(options: ArenaOptions = {}): Promise<Arena> {
    const dir = scratchDir('arena');
    const window = options.window ?? 20;
    const fast = options.durable !== true;
    const postgres = await startPostgres({ dir: join(dir, 'postgres'), fast });
    await migrate(postgres.url);
    const temporal = await startTemporal({ dbFile: join(dir, 'temporal.db'), headless: true });
    const peer = await SmtpPeer.start(options.peer ?? {});
    const env = {
      DATABASE_URL: postgres.url,
      TEMPORAL_ADDRESS: temporal.address,
      SMTP_URL: peer.url,
      SLUICE_DATA_DIR: dir,
      SLUICE_INTENT_WINDOW: String(window),
      SLUICE_SMTP_CONNECTIONS: String(options.connections ?? 5),
      ...options.env,
    };
    return new Arena({ dir, peer, postgres, temporal, window, env, fast, built: options.built === true });
  }

  /** A worker that is ready for tasks. */
  async startWorker(env: Record<string, string> = {}): Promise<ChildProcess> {
    return this.#start(
      'worker/main',
      { NODE_OPTIONS: '--max-semi-space-size=4', ...this.workerEnv, ...env },
      'the worker is ready',
    );
  }

  /** The API; from then on `request` works. */
  async startApi(): Promise<ChildProcess> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const api = spawnProgram(this.#entry('api/main'), {
      ...this.workerEnv,
      SLUICE_HTTP: `127.0.0.1:${port}`,
    });
    this.#programs.add(api);
    const isReady = async (): Promise<boolean> => {
      const answer = await fetch(`${url}/readyz`).catch(() => null);
      return answer?.ok === true && existsSync(this.#keyFile);
    };
    await eventually('the API to be ready', isReady, 120_000);
    this.#api = { url, key: readFileSync(this.#keyFile, 'utf8').trim() };
    return api;
  }

  get #keyFile(): string {
    return join(this.#dir, 'api-key');
  }

  async request(method: string, path: string, body?: unknown): Promise<Answer> {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    return this.#fetch(path, { method, ...json }, 'application/json');
  }

  async upload(path: string, contentType: string, body: string | ReadableStream): Promise<Answer> {
    return this.#fetch(path, { method: 'POST', body, duplex: 'half' }, contentType);
  }

  async kill(program: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#programs.delete(program);
    await endProgram(program, signal);
  }

  async restartPostgres(): Promise<void> {
    await this.postgres.kill();
    this.postgres = await startPostgres({
      dir: join(this.#dir, 'postgres'),
      port: this.postgres.port,
      fast: this.#fast,
    });
  }

  async restartTemporal(): Promise<void> {
    await this.temporal.kill();
    await this.startTemporalAgain();
  }

  async startTemporalAgain(): Promise<void> {
    this.temporal = await startTemporal({
      dbFile: join(this.#dir, 'temporal.db'),
      port: this.temporal.port,
      headless: true,
    });
  }

  async addContacts(count: number): Promise<void> {
    await addContacts(this.db, count);
  }

  /** A started campaign to everybody; started through the API, as people do it. */
  async startCampaign(pace: { size: number; gapMs: number }): Promise<string> {
    const id = await addDraft(this.db, pace);
    const { status, body } = await this.request('PUT', `/v1/campaigns/${id}/start`, {});
    if (status !== 200) throw new Error(`start answered ${status}: ${JSON.stringify(body)}`);
    return id;
  }

  async stateOf(campaignId: string): Promise<string> {
    const row = await this.db
      .selectFrom('campaign')
      .select('state')
      .where('id', '=', campaignId)
      .executeTakeFirstOrThrow();
    return row.state;
  }

  async countIn(state: DeliveryState, campaignId: string): Promise<number> {
    return (await readCountsOf(this.db, campaignId))[state];
  }

  async untilState(campaignId: string, state: string, deadlineMs = 120_000): Promise<void> {
    await eventually(
      `campaign to be ${state}`,
      async () => (await this.stateOf(campaignId).catch(() => null)) === state,
      deadlineMs,
    );
  }

  async stop(): Promise<void> {
    for (const program of this.#programs) {
      program.kill('SIGCONT');
      await endProgram(program, 'SIGKILL');
    }
    await this.peer.stop();
    await this.db.destroy();
    await this.temporal.stop();
    await this.postgres.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #entry(path: string): string {
    return this.#built ? `dist/${path}.js` : `${path}.ts`;
  }

  async #fetch(path: string, init: RequestInit, contentType: string): Promise<Answer> {
    if (this.#api === null) throw new Error('start the API first');
    const headers = { authorization: `Bearer ${this.#api.key}`, 'content-type': contentType };
    const response = await fetch(`${this.#api.url}${path}`, { ...init, headers });
    return { status: response.status, body: JSON.parse(await response.text()) };
  }

  async #start(path: string, env: Record<string, string>, ready: string): Promise<ChildProcess> {
    const program = spawnProgram(this.#entry(path), env);
    this.#programs.add(program);
    await firstLine(program, (line) => line.includes(ready));
    return program;
  }
}
