import { readMailDocuments } from '../db/mail-documents.ts';
import { readLinkSecret } from '../db/signing-secret.ts';
import type { ResponseLink } from '../domain/response-link.ts';
import type { Content, Signature } from '../domain/schema/content.ts';
import { collectImages } from '../mail/collect-images.ts';
import type { MailToCompile } from '../mail/compile.ts';
import { createDocumentLinks } from '../mail/document-link.ts';
import { documentParts } from '../mail/documents.ts';
import type { ApiDeps } from './deps.ts';
import { mailStores } from './mail-stores.ts';
import { noId, orRefuse } from './rendered-mail.ts';
import { responseLinksFor } from './response-links.ts';

export interface PartsWanted {
  readonly content: Content;
  readonly signature: Signature | null;
  readonly declared: readonly ResponseLink[];
  /** Whose documents the mail carries; null: none. */
  readonly campaignId: string | null;
  /** The links of a test are nobody's. */
  readonly test?: boolean;
}

type Parts = Pick<MailToCompile, 'links' | 'signature' | 'images' | 'attachments' | 'bodyHtml' | 'downloads'>;

/** What belongs to a mail besides its content and sender, as the worker puts it together. Throws 422 for what cannot be. */
export async function mailPartsFor(deps: ApiDeps, wanted: PartsWanted): Promise<Parts> {
  const { db, publicUrl } = deps;
  const { content, signature, declared, campaignId, test = false } = wanted;
  const ofCampaign = campaignId ?? noId;
  return orRefuse(async () => {
    const documents = campaignId === null ? [] : await readMailDocuments(db, campaignId);
    const links =
      publicUrl === null
        ? null
        : createDocumentLinks({ secret: await readLinkSecret(db), publicUrl, campaignId: ofCampaign, test });
    const stores = mailStores(deps);
    const parts = await documentParts(documents, stores.files, links);
    const mail = { content, signature, bodyHtml: parts.bodyHtml ?? null };
    return {
      ...parts,
      signature,
      links: await responseLinksFor(deps, { campaignId: ofCampaign, declared, test }),
      images: await collectImages(mail, stores.images),
    };
  });
}
