import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from './open.ts';

/**
 * The bytes of documents, by their SHA-256 in pieces of 1 MB: whoever writes or reads them holds one piece at a time.
 *
 * Semantics
 * - What is stored under a hash has that hash: it is computed again while the pieces are written. Pieces never change.
 * - Bytes are never deleted while anybody could have got them; storing what is there already does nothing.
 */
const chunkBytes = 1_000_000;

/**
 * Stores the bytes of `source` under their hash and answers how many there are. Throws, so that the transaction is given up, when they
 * have another hash. Bytes that are known already are not read. Two transactions with the same new bytes must be kept apart by the caller.
 */
export async function storeDocumentBytes(
  trx: Database,
  sha256: Buffer,
  source: AsyncIterable<Uint8Array>,
): Promise<number> {
  const known = await storedSize(trx, sha256);
  if (known !== null) return known;
  const hash = createHash('sha256');
  let size = 0;
  let n = 0;
  for await (const bytes of inChunks(source)) {
    hash.update(bytes);
    size += bytes.length;
    await trx.insertInto('document_chunk').values({ sha256, n, bytes }).execute();
    n += 1;
  }
  const found = hash.digest();
  if (!found.equals(sha256))
    throw new Error(
      `the bytes to be stored have the SHA-256 ${found.toString('hex')}, not ${sha256.toString('hex')}; they changed while they were read`,
    );
  return size;
}

/** How many bytes are stored under a hash; null: none. Reads no bytes. */
async function storedSize(db: Database, sha256: Buffer): Promise<number | null> {
  const { rows } = await sql<{ size: number | null }>`
    select sum(octet_length(bytes))::bigint as size from document_chunk where sha256 = ${sha256}`.execute(db);
  return rows[0]?.size ?? null;
}

/** All bytes of a document, checked against their hash. Throws when they are not there or damaged. */
export async function readDocumentBytes(db: Database, sha256: Buffer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of streamDocumentBytes(db, sha256)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * The bytes of a document, piece by piece, with a query for each: no connection is held while somebody reads slowly. Throws at the
 * end when the bytes were damaged, at once when they are not there.
 */
export async function* streamDocumentBytes(db: Database, sha256: Buffer): AsyncIterable<Buffer> {
  const hash = createHash('sha256');
  for (let n = 0; ; n += 1) {
    const chunk = await db
      .selectFrom('document_chunk')
      .select('bytes')
      .where('sha256', '=', sha256)
      .where('n', '=', n)
      .executeTakeFirst();
    if (chunk === undefined) break;
    hash.update(chunk.bytes);
    yield chunk.bytes;
  }
  if (!hash.digest().equals(sha256))
    throw new Error(
      `the bytes stored for the document ${sha256.toString('hex')} are missing or damaged; restore them from a backup`,
    );
}

async function* inChunks(source: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of source) {
    let rest = part;
    while (bytes + rest.length >= chunkBytes) {
      const taken = chunkBytes - bytes;
      yield Buffer.concat([...waiting, rest.subarray(0, taken)]);
      waiting = [];
      bytes = 0;
      rest = rest.subarray(taken);
    }
    // Copied: a reader may use its buffer again.
    if (rest.length > 0) waiting.push(Uint8Array.from(rest));
    bytes += rest.length;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}
