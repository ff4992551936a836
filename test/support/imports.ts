import { readCsv } from '../../api/csv/read-csv.ts';
import { importFile } from '../../api/import/import-file.ts';
import { listRejects } from '../../db/contact-import.ts';
import { readImportSource, saveImportSource } from '../../db/import-sources.ts';
import type { Database } from '../../db/open.ts';
import { importSourceInputSchema } from '../../domain/schema/import-source.ts';
import type { DatabaseOfFile } from './campaigns.ts';

export interface TestColumn {
  readonly column: string;
  readonly to: string;
  readonly [setting: string]: unknown;
}

let sources = 0;

/** Imports into the database of a test file, as the API does. */
export function importsInto(shared: DatabaseOfFile) {
  return {
    addSource: async (columns: readonly TestColumn[], more: object = {}) =>
      addSource(shared.db, columns, more),
    run: async (lines: readonly string[], source: string | null = null) => run(shared.db, lines, source),
    people: async (like: string) => people(shared.db, like),
    consentOf: async (contactId: string | undefined) => consentOf(shared.db, contactId),
  };
}

/** A source as the API would have saved it. @returns its name. */
async function addSource(db: Database, columns: readonly TestColumn[], more: object): Promise<string> {
  const {
    recordKind = null,
    mapping,
    kind,
  } = importSourceInputSchema.parse({ ...more, mapping: { columns } });
  const name = `source ${++sources}`;
  await saveImportSource(db, name, { kind, recordKind, mapping }, 'tester');
  return name;
}

async function run(db: Database, lines: readonly string[], source: string | null) {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(lines.map((line) => `${line}\n`).join(''));
  }
  const found = source === null ? null : await readImportSource(db, source);
  const done = await importFile(db, await readCsv(bytes()), found, 'tester');
  const rejects = await listRejects(db, done.id, 0, 500);
  return { ...done, rejects: rejects.map(({ line, column, reason }) => `${line} ${column}: ${reason}`) };
}

async function people(db: Database, like: string) {
  return db
    .selectFrom('contact')
    .leftJoin('customer', 'customer.id', 'contact.customer_id')
    .select([
      'contact.id',
      'address',
      'email',
      'contact.external_id as externalId',
      'first_name as firstName',
      'contact.attributes',
      'contact.version',
      'contact.updated_at as updatedAt',
      'newsletter',
      'customer.name as customer',
    ])
    .where('address', 'like', like)
    .orderBy('address')
    .execute();
}

async function consentOf(db: Database, contactId: string | undefined) {
  return db
    .selectFrom('consent')
    .select(['given', 'at', 'how', 'wording', 'recorded_by as by'])
    .where('contact_id', '=', contactId ?? '')
    .orderBy('id')
    .execute();
}
