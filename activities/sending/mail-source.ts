import { readDocumentBytes } from '../../db/document-bytes.ts';
import { readImages } from '../../db/images.ts';
import { readMailDocuments } from '../../db/mail-documents.ts';
import { readMailToSend } from '../../db/mail-to-send.ts';
import type { Database } from '../../db/open.ts';
import type { Database } from '../../db/open.ts';
import { readLinkSecret } from '../../db/signing-secret.ts';
import { linksOf } from '../../domain/response-link.ts';
import { compileCampaignMail } from '../../mail/campaign-mail.ts';
import { collectImages, type ImageStore } from '../../mail/collect-images.ts';
import { compileMail } from '../../mail/compile.ts';
import { createDocumentLinks } from '../../mail/document-link.ts';
import { documentParts, FileCache } from '../../mail/documents.ts';
import { createResponseLinks } from '../../mail/response-link.ts';
import type { Skeleton } from '../../mail/skeleton.ts';

/** A few tens of campaigns send at the same time, and the mails of one differ in few sets of documents. */
const kept = 64;
/** Octets of encoded files that may be held in vain. */
const fileOctets = 128 * 1_048_576;
/** Octets of files in all kept mails; a file in several of them counts in each. */
const sharedOctets = 512 * 1_048_576;

/**
 * The compiled mails of the campaigns that this worker sends: compiled at the first batch, then kept. A started campaign's content
 * never changes, so its id and the documents that a mail carries are the key.
 */
export class MailSource {
  readonly #db: Database;
  readonly #publicUrl: string | null;
  readonly #files: FileCache;
  readonly #images: ImageStore;
  readonly #skeletons = new Map<string, Promise<Skeleton>>();
  readonly #octets = new Map<string, number>();

  /** `publicUrl` null: a campaign whose mail has links to this installation cannot be sent by this worker. */
  constructor(db: Database, publicUrl: string | null) {
    this.#db = db;
    this.#publicUrl = publicUrl;
    this.#images = { read: (names) => readImages(db, names), publicUrl };
    this.#files = new FileCache((sha256) => readDocumentBytes(db, sha256), fileOctets);
  }

  /** `documents`: those of the campaign that the mail carries; left out: all of them. */
  async skeletonOf(campaignId: string, documents?: readonly string[]): Promise<Skeleton> {
    const key = documents === undefined ? campaignId : `${campaignId} ${documents.join(' ')}`;
    const known = this.#skeletons.get(key);
    const compiling = known ?? this.#compile(campaignId, documents);
    // Last used is last in order, the oldest is first; a failure is not kept.
    this.#skeletons.delete(key);
    this.#skeletons.set(key, compiling);
    if (known !== undefined) return known;
    try {
      const skeleton = await compiling;
      this.#octets.set(key, skeleton.sharedOctets);
      this.#makeRoom(key);
      return skeleton;
    } catch (error) {
      this.#skeletons.delete(key);
      throw error;
    }
  }

  #makeRoom(newest: string): void {
    let octets = [...this.#octets.values()].reduce((sum, each) => sum + each, 0);
    for (const key of this.#skeletons.keys()) {
      if (key === newest || (this.#skeletons.size <= kept && octets <= sharedOctets)) return;
      octets -= this.#octets.get(key) ?? 0;
      this.#octets.delete(key);
      this.#skeletons.delete(key);
    }
  }

  async #compile(campaignId: string, wanted: readonly string[] | undefined): Promise<Skeleton> {
    const campaign = await this.#db
      .selectFrom('campaign')
      .select(['name', 'identity', 'content', 'stream', 'response_links', 'signature', 'time_zone'])
      .where('id', '=', campaignId)
      .executeTakeFirstOrThrow();
    const { name: campaignName, identity, content, stream: streamId, signature } = campaign;
    const names = linksOf(campaign.response_links).map(({ name }) => name);
    const { links, documentLinks } = await this.#linksOf(campaignId, names);
    const all = await readMailDocuments(this.#db, campaignId);
    const carried = wanted === undefined ? all : all.filter(({ documentId }) => wanted.includes(documentId));
    const parts = await documentParts(carried, this.#files, documentLinks);
    const images = await collectImages(
      { content, signature, bodyHtml: parts.bodyHtml ?? null },
      this.#images,
    );
    const mail = {
      campaignId,
      campaignName,
      identity,
      content,
      streamId,
      links,
      signature,
      images,
      timeZone: campaign.time_zone,
    };
    return compileMail({ ...mail, ...parts });
  }

  async #linksOf(campaignId: string, names: readonly string[]) {
    const publicUrl = this.#publicUrl;
    if (publicUrl === null) return { links: null, documentLinks: null };
    const secret = await readLinkSecret(this.#db);
    return {
      links: createResponseLinks({ secret, publicUrl, campaignId, names }),
      documentLinks: createDocumentLinks({ secret, publicUrl, campaignId }),
    };
  }
}
