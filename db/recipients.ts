import { sql } from 'kysely';
import type { DeliveryState } from '../domain/delivery-state.ts';
import type { Reply } from '../domain/outcome.ts';
import type { Database } from './open.ts';

/** One row of the ledger with the person's name. */
export interface RecipientRow {
  readonly contactId: string;
  readonly email: string;
  readonly address: string;
  readonly name: string | null;
  readonly state: DeliveryState;
  readonly position: number;
  readonly batch: number | null;
  readonly attempts: number;
  readonly sendingAt: Date | null;
  readonly settledAt: Date | null;
  readonly nextAttemptAt: Date | null;
  readonly mailDate: Date | null;
  /** Asked to leave at once, and has not left yet. */
  readonly sendNowAt: Date | null;
  readonly reply: Reply | null;
  readonly reason: { readonly code: string; readonly text: string } | null;
}

/** The ledger of one campaign by position. `after` is the position of the last row of the page before. */
export async function listRecipients(
  db: Database,
  campaignId: string,
  filter: {
    readonly state: DeliveryState | undefined;
    readonly after: number | null;
    readonly limit: number;
  },
): Promise<RecipientRow[]> {
  const { state, after, limit } = filter;
  let query = selectRecipients(db)
    .where('delivery.campaign_id', '=', campaignId)
    .orderBy('delivery.position')
    .limit(limit);
  if (state !== undefined) query = query.where('delivery.state', '=', state);
  if (after !== null) query = query.where('delivery.position', '>', after);
  return (await query.execute()).map(toRecipient);
}

export async function readRecipientRow(
  db: Database,
  campaignId: string,
  contactId: string,
): Promise<RecipientRow | null> {
  const row = await selectRecipients(db)
    .where('delivery.campaign_id', '=', campaignId)
    .where('delivery.contact_id', '=', contactId)
    .executeTakeFirst();
  return row === undefined ? null : toRecipient(row);
}

function selectRecipients(db: Database) {
  return db
    .selectFrom('delivery')
    .innerJoin('contact', 'contact.id', 'delivery.contact_id')
    .select([
      'delivery.contact_id',
      'delivery.email',
      'delivery.address',
      sql<string>`concat_ws(' ', contact.first_name, contact.last_name)`.as('name'),
      'delivery.state',
      'delivery.position',
      'delivery.batch',
      'delivery.attempts',
      'delivery.sending_at',
      'delivery.settled_at',
      'delivery.next_attempt_at',
      'delivery.mail_date',
      'delivery.send_now_at',
      'delivery.code',
      'delivery.enhanced',
      'delivery.reply',
      'delivery.reason_code',
      'delivery.reason_text',
    ]);
}

type Selected = Awaited<ReturnType<ReturnType<typeof selectRecipients>['execute']>>[number];

function toRecipient(row: Selected): RecipientRow {
  return {
    contactId: row.contact_id,
    email: row.email,
    address: row.address,
    name: row.name === '' ? null : row.name,
    state: row.state,
    position: row.position,
    batch: row.batch,
    attempts: row.attempts,
    sendingAt: row.sending_at,
    settledAt: row.settled_at,
    nextAttemptAt: row.next_attempt_at,
    mailDate: row.mail_date,
    sendNowAt: row.send_now_at,
    reply: row.code === null ? null : { code: row.code, enhanced: row.enhanced, text: row.reply ?? '' },
    reason: row.reason_code === null ? null : { code: row.reason_code, text: row.reason_text ?? '' },
  };
}
