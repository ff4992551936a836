import type { Database } from '../../db/open.ts';
import { compileMail } from '../../mail/compile.ts';
import type { Skeleton } from '../../mail/skeleton.ts';

/** A started campaign's content never changes, so its id is the key. A few tens of campaigns send at the same time. */
const kept = 64;

/** The compiled mails of the campaigns that this worker sends: compiled at the first batch, then kept. */
export class MailSource {
  readonly #db: Database;
  readonly #skeletons = new Map<string, Promise<Skeleton>>();

  constructor(db: Database) {
    this.#db = db;
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
      .select(['name', 'identity', 'content', 'stream'])
      .where('id', '=', campaignId)
      .executeTakeFirstOrThrow();
    const { name: campaignName, identity, content, stream: streamId } = campaign;
    return compileMail({ campaignId, campaignName, identity, content, streamId });
  }
}
