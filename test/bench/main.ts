import { execFileSync } from 'node:child_process';
import { measureFill } from './fill.ts';
import { report, type Figure } from './figures.ts';
import { mailOf8kB } from './mail-of-8-kb.ts';
import { BenchStack } from './bench-stack.ts';
import { measureControl } from './control.ts';
import { measureLedger } from './ledger.ts';
import { measureSending } from './sending.ts';
import { measureSize } from './size.ts';
import { measureWire } from './wire.ts';

/** `npm run bench`: prints a table, writes .sluice/bench.json. What is not measured: real networks, real relays, TLS. */
const figures: Figure[] = [];
const add = (...more: readonly Figure[]): void => {
  figures.push(...more);
  for (const { name, value, unit } of more)
    console.error(`  measured ${name}: ${value.toPrecision(4)} ${unit}`);
};

console.error('Building api and worker as production runs them …');
execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
console.error('Starting PostgreSQL (durable), Temporal and a sink …');
const stack = await BenchStack.start();
try {
  const wire = await measureWire({ port: stack.sinkPort, mails: 30_000, connections: 10 });
  add({ name: 'wire alone, 8 kB', value: wire.perSecond, unit: 'mails/s' });
  add({ name: 'wire alone, CPU', value: wire.cpuMsPerMail, unit: 'ms/mail' });
  add({
    name: 'fill alone, 6 kB MJML and text',
    value: (await measureFill(60_000, mailOf8kB)).perSecond,
    unit: 'mails/s',
  });
  add({ name: 'ledger alone, window 100', value: await measureLedger(stack, 20_000), unit: 'mails/s' });
  add(...(await measureSending(stack)));
  add(...(await measureControl(stack)));
  add(...(await measureSize(stack)));
} finally {
  await stack.stop();
}
report(figures);
