import { sql } from 'kysely';
import { kindOfLink, type ResponseLink } from '../domain/response-link.ts';
import type { Database } from './open.ts';
import { reportResponses } from './responses.ts';

/** What a page shows to the person who followed a link. */
export interface LinkedCampaign {
  /** Who the mail was from. */
  readonly sender: string;
  readonly declared: readonly ResponseLink[];
  /** Null: nobody in the ledger, so it was a test or a preview. */
  readonly recipient: { readonly language: string | null } | null;
  readonly answered: boolean;
}

interface LinkAnswer {
  readonly campaignId: string;
  readonly contactId: string;
  /** Made of the link's token: the same person and link is the same event. */
  readonly eventId: string;
}

/** The campaign behind a link; null when there is none (any more). */
export async function readLinkedCampaign(
  db: Database,
  { campaignId, contactId, eventId }: LinkAnswer,
): Promise<LinkedCampaign | null> {
  const { rows } = await sql<{
    identity: { name: string };
    response_links: ResponseLink[];
    known: boolean;
    language: string | null;
    answered: boolean;
  }>`
    select c.identity, c.response_links, d.contact_id is not null as known, p.language,
      exists (select from response where campaign_id = c.id and source = 'link' and event_id = ${eventId}) as answered
    from campaign c
    left join delivery d on d.contact_id = ${contactId} and d.campaign_id = c.id
    left join contact p on p.id = d.contact_id
    where c.id = ${campaignId}`.execute(db);
  const row = rows[0];
  if (row === undefined) return null;
  const { identity, response_links: declared, known, language, answered } = row;
  return { sender: identity.name, declared, recipient: known ? { language } : null, answered };
}

/**
 * Counts a recipient's answer, once for each link. One that opens nothing is handled by being given, and ends what the
 * same person has opened by links before: they have helped themselves.
 */
export async function recordLinkAnswer(
  db: Database,
  { campaignId, contactId, eventId }: LinkAnswer,
  { name, opens }: ResponseLink,
): Promise<void> {
  const event = { eventId, at: new Date(), kind: kindOfLink(name), contactId };
  await db.transaction().execute(async (trx) => {
    const { accepted } = await reportResponses(trx, {
      campaignId,
      source: 'link',
      events: [{ ...event, state: 'opened' }, ...(opens ? [] : [{ ...event, state: 'handled' as const }])],
    });
    if (opens || accepted === 0) return;
    await sql`update response set handled_at = now()
      where contact_id = ${contactId} and campaign_id = ${campaignId} and source = 'link' and handled_at is null`.execute(
      trx,
    );
  });
}
