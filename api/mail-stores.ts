import { readDocumentBytes } from '../db/document-bytes.ts';
import { readImages } from '../db/images.ts';
import type { MailStores } from '../mail/campaign-mail.ts';
import { FileCache } from '../mail/documents.ts';
import type { ApiDeps } from './deps.ts';

/** Where this process finds what mails show and carry. Nothing is kept: one mail is made here, where the worker makes many. */
export function mailStores({ db, publicUrl }: Pick<ApiDeps, 'db' | 'publicUrl'>): MailStores {
  return {
    publicUrl,
    files: new FileCache((sha256) => readDocumentBytes(db, sha256), 0),
    images: { read: (names) => readImages(db, names), publicUrl },
  };
}
