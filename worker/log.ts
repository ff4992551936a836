import { DefaultLogger, Runtime, makeTelemetryFilterString, type LogLevel } from '@temporalio/worker';
import { pino, type Logger } from 'pino';

/** JSON lines on stdout, one stream for our code, the SDK and its core. Ids only, never addresses. */
export function installLog(level: string): Logger {
  const log = pino({ level, base: { process: 'worker' } });
  const methods: Record<LogLevel, (fields: object, message: string) => void> = {
    TRACE: (fields, message) => log.trace(fields, message),
    DEBUG: (fields, message) => log.debug(fields, message),
    INFO: (fields, message) => log.info(fields, message),
    WARN: (fields, message) => log.warn(fields, message),
    ERROR: (fields, message) => log.error(fields, message),
  };
  Runtime.install({
    logger: new DefaultLogger('TRACE', (entry) => methods[entry.level](entry.meta ?? {}, entry.message)),
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN' }) } },
    // We end the worker ourselves, and then its connections: see main.ts.
    shutdownSignals: [],
  });
  return log;
}
