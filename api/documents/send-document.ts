import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { streamDocumentBytes } from '../../db/document-bytes.ts';
import type { DocumentRow } from '../../db/documents.ts';
import type { Database } from '../../db/open.ts';
import { documentExtensions, documentTypes } from '../../domain/document-type.ts';
import { attachmentDisposition } from '../content-disposition.ts';

/** What a document can come as. */
export const documentMediaTypes: readonly string[] = documentExtensions.map(
  (each) => documentTypes[each].type,
);

/** A document as the body of an answer: always kept as a file, never shown, whatever is in it. */
export function sendDocument(db: Database, { name, type, size, sha256 }: DocumentRow) {
  return {
    status: 200,
    headers: {
      'Content-Type': type,
      'Content-Length': String(size),
      'Content-Disposition': attachmentDisposition(name),
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'X-Content-Type-Options': 'nosniff',
      'X-Robots-Tag': 'noindex, nofollow',
      'Referrer-Policy': 'no-referrer',
    },
    stream: async (response: Response): Promise<void> => {
      // Read only as fast as it is taken; one who hangs up has had enough.
      await pipeline(Readable.from(streamDocumentBytes(db, sha256)), response).catch((error: unknown) => {
        if (!hungUp(error)) throw error;
      });
    },
  } as const;
}

function hungUp(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'].includes(String(error.code))
  );
}
