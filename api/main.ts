import { readFileSync } from 'node:fs';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { pino, type Logger } from 'pino';
import { listenForEvents } from '../db/events.ts';
import { openDatabase } from '../db/open.ts';
import { readConfiguration, type ConfigurationOf } from '../domain/schema/configuration.ts';
import { openTransport } from '../mail/open-transport.ts';
import { createApp } from './app.ts';
import type { ApiDeps } from './deps.ts';
import { watchDocumentsIn } from './documents/folder-watch.ts';
import { createEventFeed } from './event-feed.ts';
import { ensureFirstKey } from './first-key.ts';
import { createMetrics } from './metrics.ts';
import { keepReconciled } from './reconcile.ts';
import { createReplanNotices } from './replan-notices.ts';
import { listen, type ApiServer } from './server.ts';
import { createTemporalMessenger } from './temporal-messenger.ts';

type Configuration = ConfigurationOf['api'];

/** Below the 30 s after which Kubernetes and systemd lose patience. */
const stopDeadlineMs = 25_000;
const requestsPerMinute = 3_000;

/** The API process: answers until it is told to end. */
async function main(): Promise<void> {
  const configuration = readConfiguration(process.env, 'api', (path) => readFileSync(path, 'utf8'));
  const log = pino({ level: configuration.logLevel, base: { process: 'api' } });
  const deps = openDeps(configuration, log);
  const server = await listen(createApp(deps), configuration.http);
  const announcements = listenForEvents(configuration.databaseUrl, (campaignId) =>
    deps.events.hear(campaignId),
  );
  const stopReconciling = keepReconciled(deps);
  const stopWatching = watchDocumentsIn(configuration.documentsDir, deps);
  const stopMakingKey = keepTryingFirstKey(deps, configuration.dataDir);
  log.info({ host: configuration.http.host, port: server.port }, 'the API is ready');
  endOnSignals(log, async () => {
    stopMakingKey();
    await stopServing(server, deps);
    await stopReconciling();
    await stopWatching();
    await announcements.close();
    await deps.transport?.close();
    await deps.replans.close();
    await deps.temporal.close();
    await deps.db.destroy();
  });
}

function openDeps(configuration: Configuration, log: Logger): ApiDeps {
  const { databaseUrl, smtpUrl, temporalNamespace, temporalUi, publicUrl, documentLimitBytes } =
    configuration;
  const { connectionOptions, namespace = temporalNamespace } = loadClientConnectConfig();
  const db = openDatabase(databaseUrl, { name: 'sluice api' });
  const temporal = createTemporalMessenger({ connection: connectionOptions, namespace, log });
  return {
    db,
    temporal,
    replans: createReplanNotices({ db, temporal, log }),
    // Test mails only: one at a time is enough.
    transport: smtpUrl === null ? null : openTransport({ url: smtpUrl, connections: 1 }),
    events: createEventFeed(db),
    metrics: createMetrics({ process: true }),
    log,
    temporalUi,
    publicUrl,
    documentLimitBytes,
    requestsPerMinute,
  };
}

/** The database may come later than we do, or be empty still: tried until there is a key. */
function keepTryingFirstKey({ db, log }: ApiDeps, dataDir: string): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const attempt = async (): Promise<void> => {
    try {
      const path = await ensureFirstKey(db, dataDir);
      if (path !== null) log.info({ path }, 'made the first key, for an admin; it is in this file');
    } catch {
      if (!stopped) timer = setTimeout(() => void attempt(), 2_000);
    }
  };
  void attempt();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** Stops accepting first; event streams never end by themselves, so they are ended. */
async function stopServing(server: ApiServer, deps: ApiDeps): Promise<void> {
  const stopped = server.stop();
  deps.events.close();
  await stopped;
}

/** The first signal ends the process in an orderly way within the deadline, the second one at once. */
function endOnSignals(log: Logger, end: () => Promise<void>): void {
  let ending = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (ending) process.exit(1);
      ending = true;
      log.info({ signal }, 'ending');
      setTimeout(() => process.exit(1), stopDeadlineMs).unref();
      end().then(
        () => process.exit(0),
        (err: unknown) => {
          log.error({ err }, 'could not end in an orderly way');
          process.exit(1);
        },
      );
    });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
