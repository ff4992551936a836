import { sql } from 'kysely';
import { findRecipients } from './find-recipients.ts';
import type { Database } from './open.ts';

export interface Complaint {
  readonly eventId: string;
  /** Who complained: the contact or the normalised address, whichever the reporter knows. */
  readonly contactId: string | null;
  readonly address: string | null;
  readonly at: Date;
  readonly source: string;
}

export type ComplaintsTaken =
  | { readonly recorded: number }
  /** Positions of events about somebody who is no recipient of the campaign: nothing was recorded. */
  | { readonly unknown: readonly number[] };

/**
 * Records complaints about mails of a campaign, each event once, and suppresses the addresses for its stream. All or nothing:
 * an event about a stranger refuses all of them.
 */
export async function recordComplaints(
  db: Database,
  campaignId: string,
  complaints: readonly Complaint[],
): Promise<ComplaintsTaken> {
  return db.transaction().execute(async (trx) => {
    const who = await findRecipients(trx, campaignId, {
      contactIds: complaints.flatMap(({ contactId }) => contactId ?? []),
      addresses: complaints.flatMap(({ address }) => address ?? []),
    });
    const people = complaints.map(({ contactId, address }) => who.get(contactId ?? address ?? ''));
    const unknown = people.flatMap((contactId, index) => (contactId === undefined ? [index] : []));
    if (unknown.length > 0) return { unknown };
    // In one order: two reports of the same events at the same time then wait for each other, and never in a circle.
    const rows = complaints
      .flatMap((complaint, index) => {
        const contactId = people[index];
        return contactId === undefined ? [] : [{ ...complaint, contactId }];
      })
      .sort((one, other) => (one.eventId < other.eventId ? -1 : 1));
    const { rows: taken } = await sql<{ recorded: number }>`
      with event as (
        select * from unnest(${rows.map((row) => row.eventId)}::text[], ${rows.map((row) => row.contactId)}::uuid[],
          ${rows.map((row) => row.at.toISOString())}::timestamptz[], ${rows.map((row) => row.source)}::text[])
          as e (event_id, contact_id, at, source)
      ), recorded as (
        insert into complaint (campaign_id, event_id, contact_id, at, source)
        select ${campaignId}, event_id, contact_id, at, source from event
        on conflict do nothing returning contact_id, at, source
      ), suppressed as (
        insert into suppression (address, stream, reason, source, at)
        select d.address, c.stream, 'complaint', r.source, r.at
        from recorded r join campaign c on c.id = ${campaignId}
        join delivery d on d.campaign_id = c.id and d.contact_id = r.contact_id
        order by d.address
        on conflict do nothing
      )
      select count(*) as recorded from recorded`.execute(trx);
    return { recorded: taken[0]?.recorded ?? 0 };
  });
}
