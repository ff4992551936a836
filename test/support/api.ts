import { pino } from 'pino';
import { createApp } from '../../api/app.ts';
import { createKey } from '../../api/auth.ts';
import type { ApiDeps } from '../../api/deps.ts';
import { createEventFeed } from '../../api/event-feed.ts';
import { createMetrics } from '../../api/metrics.ts';
import { createReplanNotices } from '../../api/replan-notices.ts';
import { listen } from '../../api/server.ts';
import { createTemporalMessenger } from '../../api/temporal-messenger.ts';
import { listenForEvents } from '../../db/events.ts';
import { openDatabase, type Database } from '../../db/open.ts';
import type { Role } from '../../domain/schema/key.ts';
import type { Transport } from '../../mail/transport.ts';
import { createTestDatabase } from './postgres.ts';

export interface TestApi {
  readonly url: string;
  readonly port: number;
  readonly db: Database;
  readonly databaseUrl: string;
  readonly deps: ApiDeps;
  /** Log lines of the process, as JSON text. */
  readonly logLines: readonly string[];
  /** One key of each role. */
  readonly keys: Readonly<Record<Role, string>>;
  /** A request with the admin's key and a JSON body, unless `options` say otherwise; `key: null` sends none. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  /** Ends the API and removes its database. */
  close(): Promise<void>;
}

export interface CallOptions {
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON, undefined when it is none. */
  readonly body: unknown;
}

export interface TestApiOptions {
  /** host:port; without it Temporal is away (a port where nobody listens). */
  readonly temporal?: string;
  readonly transport?: Transport;
  readonly requestsPerMinute?: number;
  readonly temporalUi?: string;
  readonly publicUrl?: string;
  readonly documentLimitBytes?: number;
}

/** The real application on a free port, with a database of its own. */
export async function startTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const database = await createTestDatabase();
  const db = openDatabase(database.url, { name: 'test api' });
  const logLines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logLines.push(line) });
  const temporal = createTemporalMessenger({
    connection: { address: options.temporal ?? '127.0.0.1:1' },
    namespace: 'default',
    log,
  });
  const deps: ApiDeps = {
    db,
    temporal,
    replans: createReplanNotices({ db, temporal, log }),
    transport: options.transport ?? null,
    events: createEventFeed(db),
    metrics: createMetrics({ process: false }),
    log,
    temporalUi: options.temporalUi ?? null,
    publicUrl: options.publicUrl ?? null,
    documentLimitBytes: options.documentLimitBytes ?? 10_000_000,
    requestsPerMinute: options.requestsPerMinute ?? 1_000_000,
  };
  const announcements = listenForEvents(database.url, (campaignId) => deps.events.hear(campaignId));
  const server = await listen(createApp(deps), { host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${server.port}`;
  const keys = {
    viewer: (await createKey(db, 'a viewer', 'viewer')).key,
    operator: (await createKey(db, 'an operator', 'operator')).key,
    admin: (await createKey(db, 'an admin', 'admin')).key,
  };
  return {
    url,
    port: server.port,
    db,
    databaseUrl: database.url,
    deps,
    logLines,
    keys,
    call: (method, path, body, { key = keys.admin, headers = {} } = {}) =>
      call(`${url}${path}`, method, body, {
        ...(key === null ? {} : { Authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      }),
    close: async () => {
      const stopped = server.stop();
      deps.events.close();
      await stopped;
      await announcements.close();
      await deps.replans.close();
      await deps.temporal.close();
      await db.destroy();
      await database.drop();
    },
  };
}

async function call(
  url: string,
  method: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const content = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(url, { method, headers, ...content });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
