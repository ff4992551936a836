import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { recordComplaints, type Complaint } from '../../db/complaints.ts';
import { readHoldingGuard } from '../../db/guards.ts';
import { holdCampaign } from '../../db/pause.ts';
import { normaliseAddress } from '../../domain/email-address.ts';
import { complaintsTakenSchema, newComplaintsSchema } from '../../domain/schema/complaint.ts';
import { idSchema } from '../../domain/schema/shared.ts';
import { refuse } from '../check-input.ts';
import type { ApiDeps } from '../deps.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { findCampaign } from '../find-campaign.ts';
import type { Fault } from '../problem.ts';

type Events = z.output<typeof newComplaintsSchema>['events'];

export const complaintEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'reportComplaints',
    method: 'post',
    path: '/v1/campaigns/{campaignId}/complaints',
    role: 'operator',
    tag: 'Recipients',
    summary: 'Report people who complained about this mail',
    description:
      'Each event counts once, whoever repeats it. The addresses are suppressed for the stream of the campaign, and the campaign ' +
      'is held at once when its threshold is reached. One event about somebody who is no recipient refuses all.',
    params: z.strictObject({ campaignId: idSchema }),
    body: newComplaintsSchema,
    answers: { 200: { description: 'What was new', schema: complaintsTakenSchema } },
    problems: ['notFound', 'invalidBody'],
    handle: async ({ deps, params: { campaignId }, body: { events } }) => {
      await findCampaign(deps.db, campaignId);
      const taken = await recordComplaints(deps.db, campaignId, readEvents(events));
      if ('unknown' in taken) throw refuse('invalidBody', taken.unknown.map(strangerAt));
      const held = await holdIfDue(deps, campaignId);
      const { recorded } = taken;
      return { status: 200, body: { recorded, repeated: events.length - recorded, held } };
    },
  }),
];

function readEvents(events: Events): Complaint[] {
  const read = events.map((event) => ({ event, address: addressOf(event) }));
  const faults = read.flatMap(({ address }, index): Fault[] =>
    address !== null && !address.ok ? [{ pointer: `/events/${index}/email`, detail: address.why }] : [],
  );
  if (faults.length > 0) throw refuse('invalidBody', faults);
  return read.map(({ event, address }) => ({
    eventId: event.id,
    contactId: event.contactId ?? null,
    address: address?.ok === true ? address.address : null,
    at: new Date(event.at ?? Date.now()),
    source: event.source,
  }));
}

function addressOf({ email }: Events[number]) {
  return email === undefined ? null : normaliseAddress(email, domainToASCII);
}

function strangerAt(index: number): Fault {
  return { pointer: `/events/${index}`, detail: 'is about nobody who is a recipient of this campaign' };
}

/** The gate is closed by the database alone, without waiting for the campaign's next look at its plan. */
async function holdIfDue({ db, temporal }: ApiDeps, campaignId: string): Promise<boolean> {
  const { state } = await findCampaign(db, campaignId);
  if (state !== 'running' && state !== 'scheduled') return false;
  const found = await readHoldingGuard(db, campaignId, Date.now(), null);
  if (found?.guard !== 'complaints') return false;
  await holdCampaign(db, campaignId, found.guard);
  void temporal.tellReplan(campaignId);
  return true;
}
