import { sql } from 'kysely';
import type { CampaignState } from '../domain/campaign-state.ts';
import type { Database } from './open.ts';

/** One event as it is reported. `contactId` is checked against the ledger before it comes here. */
export interface ResponseEvent {
  readonly eventId: string;
  readonly state: 'opened' | 'handled';
  readonly at: Date;
  readonly kind: string;
  readonly contactId: string | null;
}

export interface ResponseReport {
  readonly campaignId: string;
  /** `api`, `link` or the id of a response source: event ids of one source say nothing about another's. */
  readonly source: string;
  readonly events: readonly ResponseEvent[];
}

/** What a report changed: events that said something new, and those that were known already. */
export interface ReportResult {
  readonly accepted: number;
  readonly repeated: number;
}

/**
 * Keeps a set of events. Safe to repeat, in any order and at the same time: of each event id the first beginning and the
 * first end that are reported count, whichever comes first; what is known already changes nothing and is counted as
 * repeated. An end without a beginning is a response that is over. Also an empty report is a sign of life.
 */
export async function reportResponses(db: Database, report: ResponseReport): Promise<ReportResult> {
  const folded = fold(report.events);
  const accepted = await within(db, async (trx) => {
    const inserted = folded.length === 0 ? new Set<string>() : await insertNew(trx, report, folded);
    const known = folded.filter(({ eventId }) => !inserted.has(eventId));
    const fresh = folded.filter(({ eventId }) => inserted.has(eventId));
    const said = fresh.reduce(
      (sum, { openedAt, handledAt }) => sum + countOf(openedAt) + countOf(handledAt),
      0,
    );
    return said + (known.length === 0 ? 0 : await completeKnown(trx, report, known));
  });
  await noteSignal(db, report.campaignId);
  return { accepted, repeated: report.events.length - accepted };
}

/** In the caller's transaction when it has one. */
async function within<T>(db: Database, work: (trx: Database) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db) : db.transaction().execute(work);
}

interface FoldedEvent {
  readonly eventId: string;
  readonly kind: string;
  readonly contactId: string | null;
  readonly openedAt: Date | null;
  readonly handledAt: Date | null;
}

/** One per event id, in the order of the ids: two reports at the same time then lock rows in the same order. */
function fold(events: readonly ResponseEvent[]): FoldedEvent[] {
  const byId = new Map<string, FoldedEvent>();
  for (const { eventId, state, at, kind, contactId } of events) {
    const known = byId.get(eventId) ?? { eventId, kind, contactId, openedAt: null, handledAt: null };
    byId.set(eventId, {
      ...known,
      contactId: known.contactId ?? contactId,
      openedAt: known.openedAt ?? (state === 'opened' ? at : null),
      handledAt: known.handledAt ?? (state === 'handled' ? at : null),
    });
  }
  return [...byId.values()].sort((one, other) => (one.eventId < other.eventId ? -1 : 1));
}

function countOf(at: Date | null): number {
  return at === null ? 0 : 1;
}

/** The ids that nobody has reported before; waits for a report that is adding the same ones. */
async function insertNew(
  trx: Database,
  { campaignId, source }: ResponseReport,
  events: readonly FoldedEvent[],
): Promise<Set<string>> {
  const { rows } = await sql<{ event_id: string }>`
    insert into response (campaign_id, source, event_id, kind, contact_id, opened_at, handled_at)
    select ${campaignId}, ${source}, * from ${given(events)}
    order by event_id
    on conflict (campaign_id, source, event_id) do nothing
    returning event_id`.execute(trx);
  return new Set(rows.map((row) => row.event_id));
}

/** Adds to known ids what they lack. @returns how many beginnings and ends were new. */
async function completeKnown(
  trx: Database,
  { campaignId, source }: ResponseReport,
  events: readonly FoldedEvent[],
): Promise<number> {
  const { rows } = await sql<{ said: number }>`
    with given as (select * from ${given(events)}),
    known as (
      select r.id, r.event_id, r.opened_at, r.handled_at from response r
      where r.campaign_id = ${campaignId} and r.source = ${source} and r.event_id = any (array(select event_id from given))
      order by r.event_id for update
    )
    update response r set opened_at = coalesce(known.opened_at, given.opened_at),
      handled_at = coalesce(known.handled_at, given.handled_at), contact_id = coalesce(r.contact_id, given.contact_id)
    from known join given using (event_id)
    where r.id = known.id
      and ((known.opened_at is null and given.opened_at is not null)
        or (known.handled_at is null and given.handled_at is not null))
    returning (known.opened_at is null and given.opened_at is not null)::int
      + (known.handled_at is null and given.handled_at is not null)::int as said`.execute(trx);
  return rows.reduce((sum, { said }) => sum + said, 0);
}

function given(events: readonly FoldedEvent[]) {
  return sql`unnest(
    ${events.map(({ eventId }) => eventId)}::text[], ${events.map(({ kind }) => kind)}::text[],
    ${events.map(({ contactId }) => contactId)}::uuid[], ${events.map(({ openedAt }) => openedAt)}::timestamptz[],
    ${events.map(({ handledAt }) => handledAt)}::timestamptz[]
  ) as given (event_id, kind, contact_id, opened_at, handled_at)`;
}

/** Notes a sign of life. At most one write a second for a campaign, however much is reported. */
export async function noteSignal(db: Database, campaignId: string): Promise<void> {
  await sql`
    with noted as (
      update response_signal set reported_at = now()
      where campaign_id = ${campaignId} and reported_at < now() - interval '1 second'
    )
    insert into response_signal (campaign_id, reported_at)
    select ${campaignId}, now()
    where not exists (select from response_signal where campaign_id = ${campaignId})
    on conflict do nothing`.execute(db);
}

/** A campaign as far as reports need to know it; null when there is none. */
export async function readReportedCampaign(
  db: Database,
  campaignId: string,
): Promise<{ state: CampaignState } | null> {
  const row = await db.selectFrom('campaign').select('state').where('id', '=', campaignId).executeTakeFirst();
  return row ?? null;
}
