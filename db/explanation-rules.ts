import { sql } from 'kysely';
import type { Act } from '../domain/explanation-facts.ts';
import type { Rules } from '../domain/explanation-rules.ts';
import type { Instant } from '../domain/instant.ts';
import type { CampaignRow } from './campaigns.ts';
import type { Database } from './open.ts';

/** What consent, documents, templates and caps say of one person in one campaign, as it is now. */
export async function readRules(
  db: Database,
  campaign: CampaignRow,
  contactId: string,
  now: Instant,
): Promise<Rules> {
  const [consent, documents, template, cap, force] = await Promise.all([
    readConsent(db, campaign, contactId),
    readDocuments(db, campaign.id, contactId),
    readTemplate(db, campaign, contactId, now),
    readCap(db, campaign.stream, contactId, now),
    readForce(db, campaign, contactId),
  ]);
  return { consent, documents, template, cap, force };
}

async function readConsent(
  db: Database,
  campaign: CampaignRow,
  contactId: string,
): Promise<Rules['consent']> {
  const { rows } = await sql<{
    newsletter: boolean | null;
    given: boolean | null;
    at: Date | null;
    how: string | null;
  }>`
    select c.newsletter, p.given, p.at, p.how from contact c left join lateral (
      select given, at, how from consent where contact_id = c.id order by at desc, id desc limit 1) p on true
    where c.id = ${contactId}`.execute(db);
  const { newsletter_only: only, newsletter_reason: reason } = campaign;
  const { newsletter = null, given = null, at = null, how = null } = rows[0] ?? {};
  return {
    everybodyBecause: only ? null : (reason ?? 'consent was not asked for'),
    ordered: newsletter === true,
    proof: given === null || at === null ? null : { given, at: at.getTime(), how: how ?? '' },
  };
}

async function readDocuments(
  db: Database,
  campaignId: string,
  contactId: string,
): Promise<Rules['documents']> {
  const { rows } = await sql<{ title: string; carried: boolean; campaign: string | null; at: Date | null }>`
    select d.title, o.contact_id is not null as carried, f.name as campaign, f.at
    from campaign_document w join document d on d.id = w.document_id
    left join document_receipt o on o.document_id = w.document_id and o.contact_id = ${contactId} and o.campaign_id = w.campaign_id
    left join lateral (
      select c.name, r.at from document_receipt r join campaign c on c.id = r.campaign_id
      where r.document_id = w.document_id and r.contact_id = ${contactId} and r.campaign_id <> w.campaign_id
      order by r.at limit 1) f on true
    where w.campaign_id = ${campaignId} order by w.position`.execute(db);
  if (rows.length === 0) return null;
  return rows.map(({ title, carried: isCarried, campaign, at }) => ({
    title,
    isCarried,
    sent: campaign === null || at === null ? null : { campaign, at: at.getTime() },
  }));
}

async function readTemplate(
  db: Database,
  campaign: CampaignRow,
  contactId: string,
  now: Instant,
): Promise<Rules['template']> {
  const { once_within_ms: withinMs, template_version_id: version } = campaign;
  if (withinMs === null || version === null) return null;
  const { rows } = await sql<{ name: string; at: Date }>`
    select y.name, ${mailedAt} as at from delivery x join campaign y on y.id = x.campaign_id
    where x.contact_id = ${contactId} and x.campaign_id <> ${campaign.id} and y.template_version_id = ${version}
      and x.state in ('sending', 'sent', 'inDoubt') and ${mailedAt} > ${new Date(now - withinMs)}
    order by at desc limit 1`.execute(db);
  const [last] = rows;
  return { withinMs, last: last === undefined ? null : { campaign: last.name, at: last.at.getTime() } };
}

async function readCap(db: Database, stream: string, contactId: string, now: Instant): Promise<Rules['cap']> {
  const { rows } = await sql<{ count: number; per_ms: number; had: number }>`
    select f.count, f.per_ms, (select count(*) from delivery x join campaign y on y.id = x.campaign_id
        where x.contact_id = ${contactId} and y.stream = f.stream and x.state in ('sending', 'sent', 'inDoubt')
          and ${mailedAt} > ${new Date(now)}::timestamptz - f.per_ms * interval '1 millisecond') as had
    from frequency_cap f where f.stream = ${stream}`.execute(db);
  const [cap] = rows;
  return cap === undefined ? null : { stream, count: cap.count, perMs: cap.per_ms, had: cap.had };
}

/** As the claim counts. */
const mailedAt = sql`(case when x.attempts = 1 then x.first_attempt_at else x.sending_at end)`;

/** The act for this person, else the one for the whole list. */
async function readForce(db: Database, campaign: CampaignRow, contactId: string): Promise<Act | null> {
  const { rows } = await sql<{ at: Date; by: string; reason: string | null }>`
    select c.applied_at as at, c.by, c.reason from delivery d join control c on c.id = coalesce(d.forced_by, ${campaign.forced_by}::uuid)
    where d.campaign_id = ${campaign.id} and d.contact_id = ${contactId}`.execute(db);
  const [act] = rows;
  return act === undefined ? null : { at: act.at.getTime(), by: act.by, reason: act.reason };
}
