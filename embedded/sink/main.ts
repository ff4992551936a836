import { parseArgs } from 'node:util';
import { startSink } from './sink.ts';

/** The sink as a process: `--dir FOLDER --smtp-port N --http-port N`; says its ports as one line of JSON when ready. */
const { values } = parseArgs({
  options: {
    dir: { type: 'string' },
    'smtp-port': { type: 'string', default: '0' },
    'http-port': { type: 'string', default: '0' },
  },
});

const sink = await startSink({
  dir: values.dir,
  smtpPort: Number(values['smtp-port']),
  httpPort: Number(values['http-port']),
});
process.stdout.write(`${JSON.stringify({ smtpPort: sink.smtpPort, httpPort: sink.httpPort })}\n`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void sink.stop().then(() => process.exit(0)));
}
