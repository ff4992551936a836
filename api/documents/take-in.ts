import { createHash } from 'node:crypto';
import { addDocument, type DocumentRow, type NewDocument } from '../../db/documents.ts';
import type { Database } from '../../db/open.ts';
import type { ReadName } from '../../domain/document-name.ts';
import { documentTypes } from '../../domain/document-type.ts';
import { lookAtDocument } from './look-at-document.ts';
import type { OpenedFile } from './opened-file.ts';

export interface TakenIn {
  readonly document: DocumentRow;
  /** False: these bytes are a document already. */
  readonly created: boolean;
}

type Name = Extract<ReadName, { ok: true }>;
type Known = Pick<NewDocument, 'sha256' | 'size' | 'title' | 'name' | 'type'>;

/** Looks at a file and hashes it: what a document of it would be. Throws DocumentRefused. */
export async function examine(file: OpenedFile, { name, title, extension }: Name): Promise<Known> {
  await lookAtDocument(file, extension);
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of file.stream()) {
    hash.update(piece);
    size += piece.length;
  }
  return { sha256: hash.digest(), size, title, name, type: documentTypes[extension].type };
}

/** Takes an uploaded file in. Throws DocumentRefused. */
export async function takeInUpload(db: Database, file: OpenedFile, name: Name, by: string): Promise<TakenIn> {
  const known = await examine(file, name);
  return oneAtATime(() =>
    db
      .transaction()
      .execute((trx) => addDocument(trx, { ...known, origin: 'upload', path: null, by }, file.stream())),
  );
}

let before: Promise<unknown> = Promise.resolve();

/** In this process: each of those that wait for the lock of documents would hold a connection. */
export async function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
  const mine = before.then(work);
  before = mine.catch(() => undefined);
  return mine;
}
