import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keepDocumentFile } from '../../db/document-files.ts';
import { openDatabase, type Database } from '../../db/open.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url);
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

it('documents that several processes find at once are one each, and each version is given once', async () => {
  const keep = async (text: string) => {
    const bytes = Buffer.from(text);
    const size = bytes.length;
    const named = { title: 'Preise.txt', name: 'Preise.txt', type: 'text/plain', path: 'Preise.txt' };
    const document = {
      ...named,
      size,
      sha256: createHash('sha256').update(bytes).digest(),
      origin: 'folder' as const,
      by: 'folder',
    };
    const source = async function* (): AsyncIterable<Uint8Array> {
      yield bytes;
    };
    return keepDocumentFile(db, { path: text, size, mtimeMs: 0 }, document, source());
  };
  const kept = await Promise.all(Array.from({ length: 24 }, async (_, i) => keep(`text ${i % 8}`)));
  expect(kept.filter(({ created }) => created)).toHaveLength(8);
  const versions = new Set(kept.map(({ document }) => `${document.id} ${document.version}`));
  expect(versions.size).toBe(8);
  const rows = await db.selectFrom('document').select('version').orderBy('version').execute();
  expect(rows.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});
