import { sql, type RawBuilder } from 'kysely';
import { deliveryStates, type DeliveryState } from '../domain/delivery-state.ts';
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
  const next = nextInOrder(campaignId, state === undefined ? deliveryStates : [state], after ?? 0, limit);
  const rows = await selectRecipients(db)
    .where('delivery.campaign_id', '=', campaignId)
    .where(sql<boolean>`delivery.contact_id = any (array(${next}))`)
    .orderBy('delivery.position')
    .execute();
  return rows.map(toRecipient);
}

/** The contacts on the next places. Each kind of rows is read in its order by an index of its own, as far as the page needs it. */
function nextInOrder(
  campaignId: string,
  states: readonly DeliveryState[],
  after: number,
  limit: number,
): RawBuilder<unknown> {
  const open = states.filter((state) => state !== 'planned' && !isEnded(state));
  const page = sql`position > ${after} order by position limit ${limit}`;
  const kinds = [
    sql`(select contact_id, position from delivery where campaign_id = ${campaignId}
      and state in ('sent', 'failed', 'skipped', 'cancelled') and state = any (${states.filter(isEnded)}::text[]) and ${page})`,
    sql`(select contact_id, position from delivery where campaign_id = ${campaignId} and state = any (${open}::text[])
      and state in ('sending', 'inDoubt') and ${page})`,
    sql`(select contact_id, position from delivery where campaign_id = ${campaignId} and state = any (${open}::text[])
      and state = 'deferred' and ${page})`,
    // By the limits of domains, as the index has them.
    sql`(select d.contact_id, d.position from generate_series(0, (select jsonb_array_length(limits) from campaign where id = ${campaignId})) lane
      cross join lateral (select contact_id, position from delivery where campaign_id = ${campaignId} and state = 'planned'
        and ${states.includes('planned')} and limit_index = lane and ${page}) d)`,
  ];
  return sql`select contact_id from (${sql.join(kinds, sql` union all `)}) next order by position limit ${limit}`;
}

function isEnded(state: DeliveryState): boolean {
  return state === 'sent' || state === 'failed' || state === 'skipped' || state === 'cancelled';
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
