import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { BenchStack } from './bench-stack.ts';
import { measureControl } from './control.ts';
import { report, type Figure } from './figures.ts';
import { measureFill } from './fill.ts';
import { measureFilters } from './filter.ts';
import { measureImport } from './import.ts';
import { measureLedger } from './ledger.ts';
import { mailOf8kB } from './mail-of-8-kb.ts';
import { measureManyCampaigns } from './many-campaigns.ts';
import { measureSending } from './sending.ts';
import { measureSize } from './size.ts';
import { measureWire } from './wire.ts';

/**
 * `npm run bench`: prints a table, writes .sluice/bench.json. With names of parts, only those: `npm run bench -- ledger
 * sending`; `-- import --rows 1000000` imports so many contacts. What is not measured: real networks, real relays, TLS.
 */
const { values: scale, positionals: chosen } = parseArgs({
  allowPositionals: true,
  options: {
    campaigns: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '300' },
    rows: { type: 'string', default: '1000000' },
    contacts: { type: 'string', default: '1000000' },
  },
});

const parts: Readonly<Record<string, (stack: BenchStack) => Promise<readonly Figure[]>>> = {
  wire: async ({ sinkPort: port }) => {
    const wire = await measureWire({ port, mails: 30_000, connections: 10 });
    return [
      { name: 'wire alone, 8 kB', value: wire.perSecond, unit: 'mails/s' },
      { name: 'wire alone, CPU', value: wire.cpuMsPerMail, unit: 'ms/mail' },
    ];
  },
  fill: async () => {
    const { perSecond: value } = await measureFill(60_000, mailOf8kB);
    return [{ name: 'fill alone, 6 kB MJML and text', value, unit: 'mails/s' }];
  },
  ledger: async (stack) => [
    { name: 'ledger alone, window 100', value: await measureLedger(stack, 20_000), unit: 'mails/s' },
  ],
  sending: measureSending,
  control: measureControl,
  size: measureSize,
  import: async (stack) => measureImport(stack, Number(scale.rows)),
  filter: async (stack) => measureFilters(stack, Number(scale.contacts)),
  'many-campaigns': async (stack) =>
    measureManyCampaigns(stack, { campaigns: Number(scale.campaigns), seconds: Number(scale.seconds) }),
};

const unknown = chosen.filter((name) => parts[name] === undefined);
if (unknown.length > 0)
  throw new Error(`no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`);

const figures: Figure[] = [];
console.error('Building api and worker as production runs them …');
execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
console.error('Starting PostgreSQL (durable), Temporal and a sink …');
const stack = await BenchStack.start();
try {
  for (const [name, measure] of Object.entries(parts)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    const more = await measure(stack);
    figures.push(...more);
    for (const { name: what, value, unit } of more)
      console.error(`  measured ${what}: ${value.toPrecision(4)} ${unit}`);
  }
} finally {
  await stack.stop();
}
report(figures);
