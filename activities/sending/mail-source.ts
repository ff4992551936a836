import type { Database } from '../../db/open.ts';
import { readLinkSecret } from '../../db/signing-secret.ts';
import type { ResponseLinks } from '../../domain/merge-field.ts';
import { linksOf, type ResponseLink } from '../../domain/response-link.ts';
import { compileMail } from '../../mail/compile.ts';
import { createResponseLinks } from '../../mail/response-link.ts';
import type { Skeleton } from '../../mail/skeleton.ts';

/** A started campaign's content never changes, so its id is the key. A few tens of campaigns send at the same time. */
const kept = 64;

/** The compiled mails of the campaigns that this worker sends: compiled at the first batch, then kept. */
export class MailSource {
  readonly #db: Database;
  readonly #publicUrl: string | null;
  readonly #skeletons = new Map<string, Promise<Skeleton>>();

  /** `publicUrl` null: a campaign whose mail has response links cannot be sent by this worker. */
  constructor(db: Database, publicUrl: string | null) {
    this.#db = db;
    this.#publicUrl = publicUrl;
  }

  async skeletonOf(campaignId: string): Promise<Skeleton> {
    const known = this.#skeletons.get(campaignId);
    this.#skeletons.delete(campaignId);
    const skeleton = known ?? this.#compile(campaignId);
    // Last used is last in order, the oldest is first; a failure is not kept.
    this.#skeletons.set(campaignId, skeleton);
    skeleton.catch(() => this.#skeletons.delete(campaignId));
    for (const oldest of this.#skeletons.keys()) {
      if (this.#skeletons.size <= kept) break;
      this.#skeletons.delete(oldest);
    }
    return skeleton;
  }

  async #compile(campaignId: string): Promise<Skeleton> {
    const campaign = await this.#db
      .selectFrom('campaign')
      .select(['name', 'identity', 'content', 'signature', 'stream', 'response_links'])
      .where('id', '=', campaignId)
      .executeTakeFirstOrThrow();
    const { name: campaignName, identity, content, signature, stream: streamId } = campaign;
    const links = await this.#linksOf(campaignId, campaign.response_links);
    return compileMail({ campaignId, campaignName, identity, content, signature, streamId, links });
  }

  async #linksOf(campaignId: string, declared: readonly ResponseLink[]): Promise<ResponseLinks | null> {
    if (this.#publicUrl === null) return null;
    const names = linksOf(declared).map(({ name }) => name);
    const secret = await readLinkSecret(this.#db);
    return createResponseLinks({ secret, publicUrl: this.#publicUrl, campaignId, names });
  }
}
