import { domainToASCII } from 'node:url';
import type { z } from 'zod';
import { findRecipients } from '../db/find-recipients.ts';
import type { Database } from '../db/open.ts';
import { readReportedCampaign, reportResponses, type ResponseEvent } from '../db/responses.ts';
import { normaliseAddress } from '../domain/email-address.ts';
import type { ReportedEvent, reportResultSchema } from '../domain/schema/response.ts';
import { notFound, Problem } from './problem.ts';
import { wireInstant } from './wire-instant.ts';

/** Clocks of other systems may be a little ahead of ours. */
const toleranceMs = 60_000;

export interface Report {
  readonly campaignId: string;
  /** `api` or the id of a response source. */
  readonly source: string;
  readonly events: readonly ReportedEvent[];
}

/**
 * Keeps what is right of a report and says of each of the rest why not; one wrong event never stops the others. Throws
 * 404 and 409 when the campaign cannot have responses. In the caller's transaction when it has one.
 */
export async function takeReport(
  db: Database,
  { campaignId, source, events }: Report,
): Promise<z.output<typeof reportResultSchema>> {
  await refuseWithoutMails(db, campaignId);
  const now = Date.now();
  const people = await findRecipients(db, campaignId, namesIn(events));
  const checked = events.map((event) => check(event, people, now));
  const good = checked.flatMap((each) => ('event' in each ? [each.event] : []));
  const kept = await reportResponses(db, { campaignId, source, events: good });
  const rejected = checked.flatMap((each, index) =>
    'reason' in each ? [{ index, reason: each.reason }] : [],
  );
  return { ...kept, rejected };
}

async function refuseWithoutMails(db: Database, campaignId: string): Promise<void> {
  const campaign = await readReportedCampaign(db, campaignId);
  if (campaign === null) throw notFound('campaign', campaignId);
  if (campaign.state !== 'draft') return;
  throw new Problem(
    'wrongState',
    'the campaign is draft: no mail of it was sent that could be answered; report responses when it has started',
    { members: { state: 'draft', possible: ['start'] } },
  );
}

function namesIn(events: readonly ReportedEvent[]): { contactIds: string[]; addresses: string[] } {
  return {
    contactIds: events.flatMap(({ contactId }) => (contactId === undefined ? [] : [contactId])),
    addresses: events.flatMap(({ email }) => {
      const address = email === undefined ? null : addressOf(email);
      return address === null ? [] : [address];
    }),
  };
}

function addressOf(email: string): string | null {
  const checked = normaliseAddress(email, domainToASCII);
  return checked.ok ? checked.address : null;
}

function check(
  event: ReportedEvent,
  people: ReadonlyMap<string, string>,
  now: number,
): { event: ResponseEvent } | { reason: string } {
  const { eventId, state, kind, contactId, email, at = now } = event;
  if (at > now + toleranceMs)
    return { reason: `at ${wireInstant(at)} is in the future; send when it happened, or leave it out` };
  const name = contactId ?? (email === undefined ? undefined : (addressOf(email) ?? ''));
  const person = name === undefined ? null : people.get(name);
  if (person === undefined)
    return {
      reason:
        contactId === undefined
          ? 'nobody with this email is a recipient of the campaign; leave it out when you do not know who it was'
          : `contact ${contactId} is no recipient of the campaign; leave it out when you do not know who it was`,
    };
  return { event: { eventId, state, kind, at: new Date(at), contactId: person } };
}
