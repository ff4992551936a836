import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDocumentBytes, storeDocumentBytes, streamDocumentBytes } from '../../db/document-bytes.ts';
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

const hashOf = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

/** In parts of this size, all in one buffer that is used again, as readers may do. */
async function* inParts(bytes: Buffer, partBytes: number): AsyncIterable<Uint8Array> {
  const buffer = Buffer.alloc(partBytes);
  for (let at = 0; at < bytes.length; at += partBytes) {
    const length = bytes.copy(buffer, 0, at);
    yield buffer.subarray(0, length);
  }
}

async function store(bytes: Buffer, partBytes: number, sha256 = hashOf(bytes)): Promise<number> {
  return db.transaction().execute(async (trx) => storeDocumentBytes(trx, sha256, inParts(bytes, partBytes)));
}

describe('the bytes of a document', () => {
  it.each([
    [1, 1],
    [999_999, 65_536],
    [1_000_000, 65_536],
    [1_000_001, 1_000_001],
    [3_456_789, 2_500_000],
  ])('are read as they were stored: %i bytes in parts of %i', async (size, partBytes) => {
    const bytes = randomBytes(size);
    expect(await store(bytes, partBytes)).toBe(size);
    expect((await readDocumentBytes(db, hashOf(bytes))).equals(bytes)).toBe(true);
    const lengths: number[] = [];
    for await (const chunk of streamDocumentBytes(db, hashOf(bytes))) lengths.push(chunk.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1_000_000);
    expect(lengths.slice(0, -1).every((length) => length === 1_000_000)).toBe(true);
  });

  it('are stored once, and not read again when they are known', async () => {
    const bytes = randomBytes(100);
    await store(bytes, 100);
    // oxlint-disable-next-line require-yield -- it must not be asked
    const never = async function* (): AsyncIterable<Uint8Array> {
      throw new Error('nobody should have read this');
    };
    expect(await storeDocumentBytes(db, hashOf(bytes), never())).toBe(100);
  });

  it('are refused when they have another hash, and nothing stays', async () => {
    const other = hashOf(randomBytes(10));
    await expect(store(randomBytes(2_000_000), 65_536, other)).rejects.toThrow(
      'changed while they were read',
    );
    await expect(readDocumentBytes(db, other)).rejects.toThrow('missing or damaged');
  });

  it('are never answered damaged', async () => {
    const bytes = randomBytes(1_500_000);
    await store(bytes, 500_000);
    await db.deleteFrom('document_chunk').where('sha256', '=', hashOf(bytes)).where('n', '=', 1).execute();
    await expect(readDocumentBytes(db, hashOf(bytes))).rejects.toThrow('missing or damaged');
  });
});
