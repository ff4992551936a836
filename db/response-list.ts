import { sql } from 'kysely';
import type { Database } from './open.ts';
import { noteSignal } from './responses.ts';

export interface ResponseRow {
  readonly id: string;
  readonly eventId: string;
  readonly source: string;
  readonly kind: string;
  readonly contactId: string | null;
  readonly email: string | null;
  readonly openedAt: Date | null;
  readonly handledAt: Date | null;
  readonly reportedAt: Date;
  /** Position in the list, with the database's microseconds. */
  readonly position: string;
}

/** Responses of a campaign, newest first. `after` is the position and id of the last row of the page before. */
export async function listResponses(
  db: Database,
  campaignId: string,
  filter: {
    readonly state: 'open' | 'handled' | undefined;
    readonly after: readonly [position: string, id: string] | null;
    readonly limit: number;
  },
): Promise<ResponseRow[]> {
  const { state, after, limit } = filter;
  let query = selectResponses(db)
    .where('response.campaign_id', '=', campaignId)
    .orderBy('response.reported_at', 'desc')
    .orderBy('response.id')
    .limit(limit);
  if (state !== undefined)
    query = query.where('response.handled_at', state === 'open' ? 'is' : 'is not', null);
  if (after !== null) {
    const [at, id] = after;
    query = query.where(
      sql<boolean>`(response.reported_at < ${at}::timestamptz
        or (response.reported_at = ${at}::timestamptz and response.id > ${id}::uuid))`,
    );
  }
  return query.execute();
}

/**
 * Marks a response as handled, whoever reported it. Safe to repeat: the first instant stays. Null when the campaign has
 * no such response.
 */
export async function handleResponse(
  db: Database,
  campaignId: string,
  responseId: string,
): Promise<ResponseRow | null> {
  await db
    .updateTable('response')
    .set({ handled_at: sql`now()` })
    .where('id', '=', responseId)
    .where('campaign_id', '=', campaignId)
    .where('handled_at', 'is', null)
    .execute();
  const row = await selectResponses(db)
    .where('response.id', '=', responseId)
    .where('response.campaign_id', '=', campaignId)
    .executeTakeFirst();
  if (row === undefined) return null;
  await noteSignal(db, campaignId);
  return row;
}

function selectResponses(db: Database) {
  return db
    .selectFrom('response')
    .leftJoin('delivery', (join) =>
      join
        .onRef('delivery.contact_id', '=', 'response.contact_id')
        .onRef('delivery.campaign_id', '=', 'response.campaign_id'),
    )
    .select([
      'response.id',
      'response.event_id as eventId',
      'response.source',
      'response.kind',
      'response.contact_id as contactId',
      'delivery.email',
      'response.opened_at as openedAt',
      'response.handled_at as handledAt',
      'response.reported_at as reportedAt',
      sql<string>`response.reported_at::text`.as('position'),
    ]);
}
