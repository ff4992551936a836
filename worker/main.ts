import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import { createActivities } from '../activities/index.ts';
import { IntentWindow } from '../activities/sending/intent-window.ts';
import { MailSource } from '../activities/sending/mail-source.ts';
import { GateWatch } from '../db/gate-watch.ts';
import { refuseUnfitDatabase } from '../db/migrate.ts';
import { openDatabase } from '../db/open.ts';
import { readConfiguration, type ConfigurationOf } from '../domain/schema/configuration.ts';
import { signerOf } from '../mail/dkim/signer.ts';
import { openTransport } from '../mail/open-transport.ts';
import { findBundle } from './bundle.ts';
import { createWorker } from './create-worker.ts';
import { installLog } from './log.ts';
import { registerSearchAttributes } from './search-attributes.ts';

type Configuration = ConfigurationOf['worker'];

/** The worker process: hosts the campaign workflow and its activities until it is told to end. */
async function main(): Promise<void> {
  const configuration = readConfiguration(process.env, 'worker', (path) => readFileSync(path, 'utf8'));
  const log = installLog(configuration.logLevel);
  const parts = openParts(configuration);
  try {
    await refuseUnfitDatabase(configuration.databaseUrl);
    await parts.gateWatch.start();
    await serve(configuration, parts, log);
  } finally {
    await parts.transport.close();
    await parts.gateWatch.close();
    await parts.db.destroy();
  }
}

type Parts = ReturnType<typeof openParts>;

function openParts({ databaseUrl, smtpUrl, smtpConnections }: Configuration) {
  return {
    db: openDatabase(databaseUrl, { name: 'sluice worker' }),
    gateWatch: new GateWatch(databaseUrl),
    transport: openTransport({ url: smtpUrl, connections: smtpConnections }),
  };
}

async function serve(configuration: Configuration, parts: Parts, log: Logger): Promise<void> {
  const { connectionOptions, namespace = configuration.temporalNamespace } = loadClientConnectConfig();
  const connection = await NativeConnection.connect(connectionOptions);
  try {
    await registerSearchAttributes(connection, namespace);
    const worker = await createWorker({
      connection,
      namespace,
      activities: createActivities({
        ...parts,
        lanes: configuration.smtpConnections,
        latenessOf: (at) => Math.max(0, Date.now() - at),
        window: new IntentWindow(configuration.intentWindow),
        policy: { backoffMs: configuration.deferBackoffMs, limitMs: configuration.deferLimitMs },
        mails: new MailSource(parts.db, configuration.publicUrl),
        sign: configuration.dkim === null ? null : signerOf(configuration.dkim),
      }),
      bundle: await findBundle(join(configuration.dataDir, 'cache')),
    });
    endOnSignals(() => worker.shutdown());
    log.info({ namespace }, 'the worker is ready');
    await worker.run();
    log.info('the worker has ended');
  } finally {
    await connection.close();
  }
}

/** The first signal ends the worker in an orderly way: batches give back what is not on the wire. The second one at once. */
function endOnSignals(end: () => void): void {
  let ending = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (ending) process.exit(1);
      ending = true;
      end();
    });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
