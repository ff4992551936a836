import { openBatch } from '../../db/ledger/batch.ts';
import { claimNextRecipients, type Claim, type Intent } from '../../db/ledger/claim.ts';
import { recordOutcomes } from '../../db/ledger/outcomes.ts';
import type { Database } from '../../db/open.ts';
import type { Settlement } from '../../domain/settle.ts';
import { workflowTime } from './campaigns.ts';

/** The batches of one campaign, driven by hand as a worker would. */
export class Batches {
  readonly #db: Database;
  readonly campaignId: string;
  #number = 0;
  token = 0;

  constructor(db: Database, campaignId: string) {
    this.#db = db;
    this.campaignId = campaignId;
  }

  /** Begins the next attempt: of the same batch with `again`, else of the next one. */
  async begin(again = false): Promise<void> {
    if (!again) this.#number += 1;
    const { campaignId } = this;
    const batch = { number: this.#number, size: 1_000, plannedAt: workflowTime, at: workflowTime };
    const opened = await openBatch(this.#db, { campaignId, ...batch });
    if (opened.kind !== 'open') throw new Error('the gate is closed');
    this.token = opened.token;
  }

  async claim(limit = 1_000, now = workflowTime): Promise<Extract<Claim, { kind: 'claimed' }>> {
    const { campaignId, token } = this;
    const claim = await claimNextRecipients(this.#db, {
      campaignId,
      batch: this.#number,
      token,
      limit,
      now,
      limited: false,
    });
    if (claim.kind !== 'claimed') throw new Error(claim.kind);
    return claim;
  }

  /** Records the same outcome for all of them. */
  async record(intents: readonly Intent[], settlement: Partial<Settlement>): Promise<void> {
    const whole = { state: 'sent', reply: null, reason: null, nextAttemptAt: null, ...settlement } as const;
    const outcomes = intents.map(({ recipient, claimedAt }) => ({
      contactId: recipient.contactId,
      claimedAt,
      settlement: whole,
    }));
    await recordOutcomes(this.#db, this.campaignId, this.token, outcomes);
  }
}
