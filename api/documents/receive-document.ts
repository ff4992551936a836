import type { Request } from 'express';
import type { Database } from '../../db/open.ts';
import { readDocumentName } from '../../domain/document-name.ts';
import { documentTypes, maxDocumentBytes, sayBytes } from '../../domain/document-type.ts';
import { Problem } from '../problem.ts';
import { DocumentRefused } from './document-refused.ts';
import { documentMediaTypes } from './send-document.ts';
import { withSpooled } from './spool.ts';
import { takeInUpload, type TakenIn } from './take-in.ts';

const anyType = 'application/octet-stream';
/** What a body may say it is. */
export const uploadTypes: readonly string[] = [anyType, ...documentMediaTypes, 'text/xml'];

/** Takes the body of a request in as a document of that name. Throws the Problem that fits; then nothing was kept. */
export async function receiveDocument(
  db: Database,
  request: Request,
  name: string,
  by: string,
): Promise<TakenIn> {
  const read = readDocumentName(name);
  if (!read.ok) throw refused(new DocumentRefused('name', read.why));
  refuseOtherType(request, documentTypes[read.extension].type);
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > maxDocumentBytes) throw tooLarge(announced);
  // Not destroyed when reading ends early: the refusal must still reach the caller.
  const source: AsyncIterable<Uint8Array> = request.iterator({ destroyOnReturn: false });
  try {
    return await withSpooled(source, read.name, (file) => takeInUpload(db, file, read, by));
  } catch (error) {
    if (error instanceof DocumentRefused) throw refused(error);
    if (request.destroyed && !request.complete)
      throw new Problem('malformedRequest', 'the connection was closed before the file had ended', {
        cause: error,
      });
    throw error;
  }
}

/** A type that is said must be right: the name alone decides how the file is looked at. */
function refuseOtherType(request: Request, wanted: string): void {
  const said = (request.headers['content-type'] ?? '').toLowerCase().split(';')[0]?.trim() ?? '';
  const same = said === 'text/xml' ? 'application/xml' : said;
  if (same === anyType || same === wanted) return;
  throw new Problem(
    'unsupportedMediaType',
    `Content-Type is "${said}", but a file of that name is ${wanted}; send ${wanted} or ${anyType}`,
    { headers: { Accept: `${wanted}, ${anyType}` } },
  );
}

function refused(error: DocumentRefused): Problem {
  if (error.code === 'tooLarge') return new Problem('bodyTooLarge', error.message, { cause: error });
  return new Problem('documentRefused', error.message, { members: { code: error.code }, cause: error });
}

function tooLarge(bytes: number): Problem {
  return new Problem(
    'bodyTooLarge',
    `a document has at most ${sayBytes(maxDocumentBytes)} (got ${sayBytes(bytes)}); make it smaller, or put it on a web page and link to it`,
  );
}
