import { encodeBytes, type Attachment, type EncodedBytes } from './attachment.ts';
import type { MailToCompile } from './compile.ts';
import { ContentRefused } from './content/faults.ts';
import { decodeHtml } from './content/html-charset.ts';
import type { DocumentLinks } from './document-link.ts';

/** A document of a campaign as its mails carry it; `db/mail-documents.ts` reads them. */
export interface CarriedDocument {
  readonly documentId: string;
  readonly title: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly sha256: Buffer;
  readonly as: 'attachment' | 'link' | 'body';
  readonly linkMs: number | null;
}

/** How long a link works when nobody said. */
const usualLinkMs = 30 * 86_400_000;

/** What documents are in a mail: files, a body, a list to download. `links` null: nobody could reach a download. Throws ContentRefused. */
export async function documentParts(
  documents: readonly CarriedDocument[],
  files: FileCache,
  links: DocumentLinks | null,
): Promise<Pick<MailToCompile, 'attachments' | 'bodyHtml' | 'downloads'>> {
  const attachments: Attachment[] = [];
  for (const { as, name, type, sha256 } of documents)
    if (as === 'attachment') attachments.push({ name, type, bytes: await files.encoded(sha256) });
  const body = documents.find(({ as }) => as === 'body');
  const items = documents
    .filter(({ as }) => as === 'link')
    .map(({ documentId, title, size, linkMs }) => ({
      documentId,
      title,
      size,
      linkMs: linkMs ?? usualLinkMs,
    }));
  if (items.length > 0 && links === null) throw unreachable();
  return {
    attachments,
    bodyHtml: body === undefined ? null : decodeHtml(await files.plain(body.sha256)),
    downloads: links === null ? null : { items, urlOf: links.urlOf },
  };
}

function unreachable(): ContentRefused {
  const detail =
    'documents as links need an address that recipients can reach: set SLUICE_PUBLIC_URL for the API and every worker, ' +
    'and start them again; or send them as attachments';
  return new ContentRefused([{ pointer: '/documents', line: 1, column: 1, detail }]);
}

/**
 * Files in their encoded form, read and encoded once however many mails carry them. Holds `capacity` octets at most, besides what
 * skeletons hold, and forgets the least recently used first.
 */
export class FileCache {
  readonly #read: (sha256: Buffer) => Promise<Buffer>;
  readonly #capacity: number;
  readonly #kept = new Map<string, Promise<EncodedBytes>>();
  #held = 0;

  constructor(read: (sha256: Buffer) => Promise<Buffer>, capacity: number) {
    this.#read = read;
    this.#capacity = capacity;
  }

  plain(sha256: Buffer): Promise<Buffer> {
    return this.#read(sha256);
  }

  async encoded(sha256: Buffer): Promise<EncodedBytes> {
    const key = sha256.toString('hex');
    const known = this.#kept.get(key);
    const encoding = known ?? this.#read(sha256).then(encodeBytes);
    // Last used is last in order.
    this.#kept.delete(key);
    this.#kept.set(key, encoding);
    try {
      const bytes = await encoding;
      if (known === undefined) await this.#makeRoom(bytes.base64.length, key);
      return bytes;
    } catch (error) {
      if (this.#kept.get(key) === encoding) this.#kept.delete(key);
      throw error;
    }
  }

  async #makeRoom(added: number, newest: string): Promise<void> {
    this.#held += added;
    for (const [key, encoding] of this.#kept) {
      if (this.#held <= this.#capacity || key === newest) return;
      this.#kept.delete(key);
      this.#held -= await encoding.then(
        ({ base64 }) => base64.length,
        () => 0,
      );
    }
  }
}
