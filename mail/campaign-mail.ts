import { collectImages, type ImageStore } from './collect-images.ts';
import { compileMail, type MailToCompile } from './compile.ts';
import { createDocumentLinks } from './document-link.ts';
import { documentParts, type CarriedDocument, type FileCache } from './documents.ts';
import { createResponseLinks } from './response-link.ts';
import type { Skeleton } from './skeleton.ts';

/** What a campaign keeps of its mail, as db/mail-to-send.ts reads it. */
interface StoredMail extends Pick<
  MailToCompile,
  'campaignId' | 'campaignName' | 'identity' | 'content' | 'signature' | 'streamId' | 'timeZone'
> {
  readonly linkNames: readonly string[];
  readonly linkSecret: Buffer;
  readonly documents: readonly CarriedDocument[];
}

export interface MailStores {
  /** Null: a mail that has links to this installation is refused. */
  readonly publicUrl: string | null;
  readonly files: FileCache;
  readonly images: ImageStore;
}

/**
 * The mail of a campaign as its recipients get it: one function for whoever sends it and for whoever shows it later, so that both
 * have the same bytes. `carried`: ids of the documents that this mail carries; left out: all. Throws ContentRefused.
 */
export async function compileCampaignMail(
  { linkNames: names, linkSecret: secret, documents, ...mail }: StoredMail,
  { publicUrl, files, images }: MailStores,
  carried?: readonly string[],
): Promise<Skeleton> {
  const { campaignId, content, signature = null } = mail;
  const links = publicUrl === null ? null : createResponseLinks({ secret, publicUrl, campaignId, names });
  const downloads = publicUrl === null ? null : createDocumentLinks({ secret, publicUrl, campaignId });
  const own =
    carried === undefined ? documents : documents.filter(({ documentId }) => carried.includes(documentId));
  const parts = await documentParts(own, files, downloads);
  const shown = await collectImages({ content, signature, bodyHtml: parts.bodyHtml ?? null }, images);
  return compileMail({ ...mail, ...parts, links, images: shown });
}
