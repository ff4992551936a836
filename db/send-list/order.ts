import { sql, type RawBuilder } from 'kysely';
import type { SendListOrder } from '../../domain/send-list.ts';
import type { Database } from '../open.ts';
import { editSendList, type Edited, type EditEffect, type SendListEdit } from './edit-send-list.ts';
import { takeLastPosition, type RecipientEdit } from './recipients.ts';

/** Before whom somebody is put: another recipient, everybody else who is planned, or nobody. */
export type Place = { readonly before: string } | 'first' | 'last';

/**
 * Gives one who is planned another place. Nobody else's order changes: those between move up or down by one. Costs as much
 * as there are people between, but to the end nothing.
 */
export async function moveRecipient(
  db: Database,
  edit: RecipientEdit & { readonly place: Place },
): Promise<Edited> {
  const possibleIn = ['draft', 'scheduled', 'running', 'paused', 'held'] as const;
  return editSendList(db, { ...edit, action: 'moveRecipient', possibleIn }, async (trx) => {
    const { campaignId, contactId, place } = edit;
    const own = await plannedPosition(trx, campaignId, contactId);
    if (own === null) return { refusal: notPlanned(contactId) };
    if (place === 'last') return moveToEnd(trx, edit, own);
    const target =
      place === 'first'
        ? await firstPosition(trx, campaignId)
        : await plannedPosition(trx, campaignId, place.before);
    if (target === null) return { refusal: notPlanned(place === 'first' ? contactId : place.before) };
    const position = await moveBetween(trx, edit, own, target);
    return position === own ? 'already' : { from: { contactId, position: own }, to: { contactId, position } };
  });
}

/** Puts everybody who is planned into a new order; those who have left keep their places. */
export async function orderSendList(
  db: Database,
  edit: SendListEdit & { readonly order: SendListOrder },
): Promise<Edited> {
  const possibleIn = ['draft', 'scheduled', 'paused', 'held'] as const;
  return editSendList(db, { ...edit, action: 'orderSendList', possibleIn }, async (trx, { id }) => {
    const result = await sql`
      with places as materialized (
        select position, row_number() over (order by position) as n from delivery
        where campaign_id = ${id} and state = 'planned'
      ), wanted as materialized (
        select d.contact_id, row_number() over (order by ${keysOf(edit.order, id)}, d.contact_id) as n
        from delivery d join contact c on c.id = d.contact_id left join customer o on o.id = c.customer_id
        where d.campaign_id = ${id} and d.state = 'planned'
      )
      update delivery d set position = places.position from wanted join places using (n)
      where d.campaign_id = ${id} and d.contact_id = wanted.contact_id and d.position <> places.position`.execute(
      trx,
    );
    const moved = Number(result.numAffectedRows ?? 0n);
    return moved === 0 ? 'already' : { from: {}, to: { order: edit.order, moved } };
  });
}

function keysOf(order: SendListOrder, campaignId: string): RawBuilder<unknown> {
  switch (order) {
    case 'customer':
      return sql`lower(o.name) nulls last, o.id, lower(c.last_name) nulls last, lower(c.first_name) nulls last, c.address`;
    case 'name':
      return sql`lower(c.last_name) nulls last, lower(c.first_name) nulls last, c.address`;
    case 'random':
      // As the snapshot does it: fixed for the campaign, so that asking twice changes nothing.
      return sql`md5(c.id::text || ${campaignId})`;
  }
}

async function plannedPosition(trx: Database, campaignId: string, contactId: string): Promise<number | null> {
  const row = await trx
    .selectFrom('delivery')
    .select('position')
    .where('campaign_id', '=', campaignId)
    .where('contact_id', '=', contactId)
    .where('state', '=', 'planned')
    .forUpdate()
    .executeTakeFirst();
  return row?.position ?? null;
}

async function firstPosition(trx: Database, campaignId: string): Promise<number | null> {
  const { rows } = await sql<{ position: number | null }>`
    select min(position) as position from delivery where campaign_id = ${campaignId} and state = 'planned'`.execute(
    trx,
  );
  return rows[0]?.position ?? null;
}

async function moveToEnd(
  trx: Database,
  { campaignId, contactId }: RecipientEdit,
  own: number,
): Promise<EditEffect> {
  const { rows } = await sql<{ last: boolean }>`
    select not exists (select from delivery
      where campaign_id = ${campaignId} and state = 'planned' and position > ${own}) as last`.execute(trx);
  if (rows[0]?.last === true) return 'already';
  const position = await takeLastPosition(trx, campaignId);
  await sql`update delivery set position = ${position}, send_now_at = null
    where campaign_id = ${campaignId} and contact_id = ${contactId}`.execute(trx);
  return { from: { contactId, position: own }, to: { contactId, position } };
}

/** Those from one place to the other take each other's places in turn: the places stay the same, each has one. */
async function moveBetween(
  trx: Database,
  { campaignId, contactId }: RecipientEdit,
  own: number,
  target: number,
): Promise<number> {
  const forward = target < own;
  const [from, to] = forward ? [target, own] : [own, target - 1];
  await sql`
    with span as materialized (
      select contact_id, position, row_number() over (order by position) as was,
        row_number() over (order by (contact_id = ${contactId}::uuid) ${sql.raw(forward ? 'desc' : 'asc')}, position) as n
      from delivery
      where campaign_id = ${campaignId} and state = 'planned' and position between ${from} and ${to}
    )
    update delivery d set position = place.position from span one join span place on place.was = one.n
    where d.campaign_id = ${campaignId} and d.contact_id = one.contact_id and d.position <> place.position`.execute(
    trx,
  );
  return (await plannedPosition(trx, campaignId, contactId)) ?? own;
}

function notPlanned(contactId: string): string {
  return `contact ${contactId} is not among those who are planned, and has no place to move from or to; GET …/recipients?state=planned lists them`;
}
