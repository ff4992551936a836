import { sql } from 'kysely';
import { maxParts, partSizes } from '../../domain/send-list.ts';
import { keepWithoutConsent } from '../campaign-consent.ts';
import type { CampaignRow } from '../campaigns.ts';
import type { Database } from '../open.ts';
import { editSendList, keepEdit, type Edited, type EditEffect, type SendListEdit } from './edit-send-list.ts';

export interface Part {
  readonly campaignId: string;
  readonly count: number;
}

/**
 * Splits those who were not tried yet: the first part stays in the campaign, each other part becomes a draft with the same
 * content and pace and a send list of its own. Rows are moved and never copied: everybody is in exactly one campaign.
 */
export async function splitSendList(
  db: Database,
  split: SendListEdit & { readonly parted: { readonly size: number } | { readonly parts: number } },
): Promise<Edited & { readonly parts: readonly Part[] }> {
  const parts: Part[] = [];
  const edit = { ...split, action: 'split', possibleIn: ['draft', 'paused', 'held'] } as const;
  const edited = await editSendList(db, edit, async (trx, campaign): Promise<EditEffect> => {
    const count = await countUntried(trx, campaign.id);
    const sizes = partSizes(count, split.parted);
    if (sizes.length < 2)
      return { refusal: `${count} are left to send; that is not enough for two parts of this size` };
    if (sizes.length > maxParts)
      return {
        refusal: `that would be ${sizes.length} campaigns; at most ${maxParts} come of one split, take a larger size`,
      };
    const [stays = 0, ...others] = sizes;
    for (const [index, size] of others.entries()) {
      const number = index + 2;
      const name = `${campaign.name.slice(0, 170)} (part ${number} of ${sizes.length})`;
      const campaignId = await copyCampaign(trx, campaign, name, split.by);
      await moveRows(trx, campaign.id, campaignId, { after: stays, size });
      const isInPart = sql<boolean>`contact.id in (select contact_id from delivery where campaign_id = ${campaignId})`;
      await keepWithoutConsent(trx, { ...campaign, id: campaignId }, isInPart);
      await keepEdit(
        trx,
        { ...edit, campaignId },
        { from: { campaign: campaign.id }, to: { part: number, count: size } },
      );
      parts.push({ campaignId, count: size });
    }
    await lessTotal(trx, campaign, count - stays);
    return {
      from: { left: count },
      to: { left: stays, campaigns: parts.map(({ campaignId: id, count }) => ({ id, count })) },
    };
  });
  return { ...edited, parts };
}

/** Who was tried has a Message-ID of this campaign that the relay may have seen; who is wanted at once leaves from here. */
const untried = sql<boolean>`state = 'planned' and attempts = 0 and send_now_at is null`;

async function countUntried(trx: Database, campaignId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from delivery where campaign_id = ${campaignId} and ${untried}`.execute(trx);
  return rows[0]?.n ?? 0;
}

/** Everything that a campaign has before its start, whatever columns it has; nothing of what became of it. */
async function copyCampaign(trx: Database, campaign: CampaignRow, name: string, by: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into campaign select (jsonb_populate_record(c, jsonb_build_object(
      'id', gen_random_uuid(), 'version', 1, 'state', 'draft', 'name', ${name}::text, 'created_by', ${by}::text,
      'created_at', clock_timestamp(), 'updated_at', clock_timestamp(), 'snapshot_at', now(), 'total', 0,
      'start_at', null, 'started_at', null, 'finished_at', null, 'ended_at', null, 'trouble', null,
      'follows_id', null, 'follows_after_ms', null, 'follows_only', null,
      'evidence_after', 0, 'evidence_since', null, 'last_position', null))).*
    from campaign c where id = ${campaign.id} returning id`.execute(trx);
  const [copy] = rows;
  if (copy === undefined) throw new Error(`no campaign ${campaign.id}`);
  await sql`insert into campaign_document (campaign_id, position, document_id, "as", link_ms)
    select ${copy.id}, position, document_id, "as", link_ms from campaign_document where campaign_id = ${campaign.id}`.execute(
    trx,
  );
  // With the instants: of several records of a kind the latest link counts.
  await sql`insert into record_link (record_id, campaign_id, linked_by, linked_at)
    select record_id, ${copy.id}, linked_by, linked_at from record_link where campaign_id = ${campaign.id}`.execute(
    trx,
  );
  await copyForce(trx, copy.id, campaign.forced_by);
  return copy.id;
}

/** The act by which somebody forced the whole list becomes one of the copy, which may outlive the campaign that it came from. */
async function copyForce(trx: Database, campaignId: string, forcedBy: string | null): Promise<void> {
  if (forcedBy === null) return;
  await sql`
    with kept as (
      insert into control (campaign_id, action, by, via, reason, request, "from", "to", requested_at, applied_at)
      select ${campaignId}, action, by, via, reason, request, "from", "to", requested_at, applied_at
      from control where id = ${forcedBy} returning id
    )
    update campaign set forced_by = (select id from kept) where id = ${campaignId}`.execute(trx);
}

/** Moves the next `size` untried rows behind the first `after`, with the acts that forced some of them. */
async function moveRows(
  trx: Database,
  from: string,
  to: string,
  { after, size }: { readonly after: number; readonly size: number },
): Promise<void> {
  await sql`
    with moved as materialized (
      select contact_id, forced_by, row_number() over (order by position) as n from delivery
      where campaign_id = ${from} and ${untried} order by position offset ${after} limit ${size}
    ), forced as materialized (
      select forced_by, gen_random_uuid() as id from moved where forced_by is not null group by forced_by
    ), kept as (
      insert into control (id, campaign_id, action, by, via, reason, request, "from", "to", requested_at, applied_at)
      select forced.id, ${to}, c.action, c.by, c.via, c.reason, c.request, c."from", c."to", c.requested_at, c.applied_at
      from forced join control c on c.id = forced.forced_by
    )
    update delivery d set campaign_id = ${to}, position = moved.n - ${after}, forced_by = forced.id
    from moved left join forced using (forced_by)
    where d.campaign_id = ${from} and d.contact_id = moved.contact_id`.execute(trx);
  await sql`update campaign set total = ${size} where id = ${to}`.execute(trx);
}

async function lessTotal(trx: Database, { id, total }: CampaignRow, by: number): Promise<void> {
  await sql`update campaign set total = total - ${by}, last_position = coalesce(last_position, ${total}) where id = ${id}`.execute(
    trx,
  );
}
