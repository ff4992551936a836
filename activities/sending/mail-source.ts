import { readDocumentBytes } from '../../db/document-bytes.ts';
import { readImages } from '../../db/images.ts';
import { readMailToSend } from '../../db/mail-to-send.ts';
import type { Database } from '../../db/open.ts';
import { compileCampaignMail, type MailStores } from '../../mail/campaign-mail.ts';
import { FileCache } from '../../mail/documents.ts';
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
  readonly #stores: MailStores;
  readonly #skeletons = new Map<string, Promise<Skeleton>>();
  readonly #octets = new Map<string, number>();

  /** `publicUrl` null: a campaign whose mail has links to this installation cannot be sent by this worker. */
  constructor(db: Database, publicUrl: string | null) {
    this.#db = db;
    this.#stores = {
      publicUrl,
      files: new FileCache((sha256) => readDocumentBytes(db, sha256), fileOctets),
      images: { read: (names) => readImages(db, names), publicUrl },
    };
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

  async #compile(campaignId: string, documents: readonly string[] | undefined): Promise<Skeleton> {
    return compileCampaignMail(await readMailToSend(this.#db, campaignId), this.#stores, documents);
  }
}
