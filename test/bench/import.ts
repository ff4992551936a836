import { existsSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { sql } from 'kysely';
import type { BenchStack } from './bench-stack.ts';
import type { Figure } from './figures.ts';

const rowsInPiece = 1_000;
const lookEveryMs = 200;

/** Imports so many contacts as one streamed file with external ids, then the same file again; memory is that of the API's process. */
export async function measureImport(stack: BenchStack, rows: number): Promise<Figure[]> {
  if (!Number.isInteger(rows) || rows < 10_000)
    throw new Error(`--rows is a whole number from 10000 (got ${rows})`);
  await sql`truncate campaign, contact, customer cascade`.execute(stack.arena.db);
  const saved = await stack.arena.request('PUT', '/v1/import-sources/bench', source);
  if (saved.status !== 200)
    throw new Error(`the source was answered ${saved.status}: ${JSON.stringify(saved.body)}`);
  const first = await importOnce(stack, rows, { created: rows, updated: 0, rejected: 0 });
  await sql`vacuum analyze`.execute(stack.arena.db);
  const again = await importOnce(stack, rows, { created: 0, updated: rows, unchanged: rows });
  const name = `import of ${rows.toLocaleString('en')} contacts`;
  return [
    { name, value: first.perSecond, unit: 'rows/s' },
    {
      name: `${name}, peak memory of the API`,
      value: first.peak,
      unit: 'MB',
      ratio: first.peak / first.early,
      against: 'while the first tenth was read',
    },
    { name: `${name} again, nothing changed`, value: again.perSecond, unit: 'rows/s' },
    { name: `${name} again, peak memory`, value: again.peak, unit: 'MB' },
  ];
}

const source = {
  mapping: {
    columns: [
      { column: 'Nr', to: 'contact.externalId' },
      { column: 'E-Mail', to: 'contact.email' },
      { column: 'Vorname', to: 'contact.firstName' },
      { column: 'Nachname', to: 'contact.lastName' },
      { column: 'Sprache', to: 'contact.language' },
      { column: 'Firma', to: 'customer.name' },
      { column: 'Kategorie', to: 'contact.attributes.category', type: 'choice', choices: ['A', 'B', 'C'] },
      { column: 'Zimmer', to: 'contact.attributes.room', type: 'number' },
    ],
  },
};

async function importOnce(
  { arena, api }: BenchStack,
  rows: number,
  expected: object,
): Promise<{ perSecond: number; early: number; peak: number }> {
  let sent = 0;
  let early = 0;
  let peak = 0;
  const look = setInterval(() => {
    const now = residentMegabytes(api.pid);
    peak = Math.max(peak, now);
    if (sent <= rows / 10) early = Math.max(early, now);
  }, lookEveryMs);
  function* file(): Generator<Buffer> {
    yield Buffer.from('Nr;E-Mail;Vorname;Nachname;Sprache;Firma;Kategorie;Zimmer\n');
    for (; sent < rows; sent += rowsInPiece)
      yield Buffer.from(piece(sent, Math.min(rowsInPiece, rows - sent)));
  }
  const startedAt = performance.now();
  const { status, body } = await arena
    .upload('/v1/contact-imports?source=bench', 'text/csv', Readable.toWeb(Readable.from(file())))
    .finally(() => clearInterval(look));
  for (const [name, value] of Object.entries(expected))
    if (status !== 201 || body[name] !== value)
      throw new Error(`the import answered ${status}: ${JSON.stringify(body)}`);
  return { perSecond: (rows * 1_000) / (performance.now() - startedAt), early, peak };
}

function piece(from: number, count: number): string {
  return Array.from({ length: count }, (_, i) => {
    const n = from + i;
    return `C${n};p${n}@example.org;Anna${n % 5_000};Muster${n % 20_000};de;Firma ${n % 30_000};${'ABC'[n % 3]};${n % 900}\n`;
  }).join('');
}

/** What a process has resident now (VmRSS); 0 when it is gone, which the request tells. */
function residentMegabytes(pid: number | undefined): number {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return 0;
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(status, 'utf8'))?.[1] ?? 0) / 1_024;
}
