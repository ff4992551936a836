import { sql } from 'kysely';
import type { DeliveryState } from '../../domain/delivery-state.ts';
import type { CampaignRow } from '../campaigns.ts';
import { domainNotAllowed } from '../identity-domains.ts';
import { reopenCampaign } from '../ledger/end.ts';
import type { Database } from '../open.ts';
import { editSendList, type Edited, type EditEffect, type SendListEdit } from './edit-send-list.ts';

export interface RecipientEdit extends SendListEdit {
  readonly contactId: string;
}

/**
 * Puts one more person at the end. Who is in the list already stays where they are; who was taken out before anything was
 * tried comes back. A finished campaign runs again for it, as after a settlement. The claim checks everything once more.
 */
export async function addRecipient(db: Database, edit: RecipientEdit): Promise<Edited> {
  const possibleIn = ['draft', 'scheduled', 'running', 'paused', 'held', 'finished'] as const;
  return editSendList(db, { ...edit, action: 'addRecipient', possibleIn }, async (trx, campaign) => {
    const found = await findDelivery(trx, edit);
    if (found !== null && found.state !== 'skipped') return 'already';
    if (found !== null && found.attempts > 0)
      return {
        refusal:
          'it was tried before it was skipped; what was tried in one campaign is sent again by another one',
      };
    const refusal = await refusePerson(trx, campaign, edit.contactId);
    if (refusal !== null) return { refusal };
    if (found !== null) await removeRow(trx, edit);
    const position = await insertAtEnd(trx, edit);
    if (found === null) await changeTotal(trx, campaign, 1);
    await reopenCampaign(trx, campaign.id, campaign.state);
    const { contactId } = edit;
    return {
      from: { contactId, state: found?.state ?? null },
      to: { contactId, state: 'planned', position },
    };
  });
}

/** Takes one person out of the send list of a draft; in a started campaign that is the act `skip`, which keeps the row. */
export async function removeFromDraft(db: Database, edit: RecipientEdit): Promise<Edited> {
  const remove = { ...edit, action: 'removeRecipient', possibleIn: ['draft'] } as const;
  return editSendList(db, remove, async (trx, campaign): Promise<EditEffect> => {
    const found = await findDelivery(trx, edit);
    if (found === null) return 'already';
    await removeRow(trx, edit);
    await changeTotal(trx, campaign, -1);
    const { contactId } = edit;
    return { from: { contactId, state: found.state, position: found.position }, to: { contactId } };
  });
}

interface Found {
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly position: number;
}

async function findDelivery(trx: Database, { campaignId, contactId }: RecipientEdit): Promise<Found | null> {
  const found = await trx
    .selectFrom('delivery')
    .select(['state', 'attempts', 'position'])
    .where('campaign_id', '=', campaignId)
    .where('contact_id', '=', contactId)
    .forUpdate()
    .executeTakeFirst();
  return found ?? null;
}

/** What can be said before the claim; null when nothing stands against this person. */
async function refusePerson(
  trx: Database,
  { id, stream, newsletter_only }: CampaignRow,
  contactId: string,
): Promise<string | null> {
  const { rows } = await sql<{ suppressed: boolean; consents: boolean; taken: boolean; forbidden: boolean }>`
    select exists (select from suppression s where s.address = c.address and (s.stream is null or s.stream = ${stream})) as suppressed,
      c.newsletter is true as consents,
      ${domainNotAllowed('campaign', 'c.address')} as forbidden,
      exists (select from delivery d where d.campaign_id = ${id} and d.address = c.address
        and d.state <> 'skipped' and d.contact_id <> c.id) as taken
    from contact c join campaign on campaign.id = ${id} where c.id = ${contactId}`.execute(trx);
  const person = rows[0];
  if (person === undefined) return `there is no contact ${contactId}; GET /v1/contacts lists them`;
  if (person.suppressed) return 'the address is suppressed and not to be mailed; its suppression says why';
  if (newsletter_only && !person.consents)
    return 'this person has not ordered the newsletter, and the campaign goes only to those who did; record the order, or set consent on a draft';
  if (person.forbidden)
    return 'the identity of the campaign may not write to the domain of this address; write to this person by a campaign with another identity';
  return person.taken
    ? 'another contact is in the list with the same address; one address gets a campaign once'
    : null;
}

async function removeRow(trx: Database, { campaignId, contactId }: RecipientEdit): Promise<void> {
  await trx
    .deleteFrom('delivery')
    .where('campaign_id', '=', campaignId)
    .where('contact_id', '=', contactId)
    .execute();
}

async function insertAtEnd(trx: Database, { campaignId, contactId }: RecipientEdit): Promise<number> {
  const position = await takeLastPosition(trx, campaignId);
  await sql`insert into delivery (campaign_id, contact_id, position, email, address, limit_index)
    select ${campaignId}, contact.id, ${position}, contact.email, contact.address, coalesce((
      select l.n from campaign c, jsonb_array_elements(c.limits) with ordinality l (value, n)
      where c.id = ${campaignId} and l.value ->> 'domain' = substring(contact.address from '[^@]*$')), 0)
    from contact where id = ${contactId}`.execute(trx);
  return position;
}

/** Behind everybody, also behind those who have left: positions stay unique. */
export async function takeLastPosition(trx: Database, campaignId: string): Promise<number> {
  const { rows } = await sql<{ last_position: number }>`
    update campaign set last_position = 1 + coalesce(last_position, total)
    where id = ${campaignId} returning last_position`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error(`no campaign ${campaignId}`);
  return row.last_position;
}

/** The position of the last one is kept: nobody else ever gets it. */
async function changeTotal(trx: Database, { id, total }: CampaignRow, by: 1 | -1): Promise<void> {
  await sql`update campaign set total = total + ${by}, last_position = coalesce(last_position, ${total}) where id = ${id}`.execute(
    trx,
  );
}
