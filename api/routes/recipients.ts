import { domainToASCII } from 'node:url';
import { z } from 'zod';
import type { CampaignRow } from '../../db/campaigns.ts';
import { readAttempts, readFacts } from '../../db/explanation.ts';
import type { Database } from '../../db/open.ts';
import { listRecipients, readRecipientRow, type RecipientRow } from '../../db/recipients.ts';
import { settleInDoubt } from '../../db/settlement.ts';
import { asciiDomain } from '../../domain/email-address.ts';
import { explain } from '../../domain/explanation.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import {
  explanationSchema,
  recipientListSchema,
  recipientQuerySchema,
  settlementSchema,
} from '../../domain/schema/recipient.ts';
import { idSchema } from '../../domain/schema/shared.ts';
import type { ApiDeps } from '../deps.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { findCampaign } from '../find-campaign.ts';
import { page } from '../paging.ts';
import { Problem } from '../problem.ts';
import { wireInstant, wireInstantOrNull } from '../wire-instant.ts';

const campaignParams = z.strictObject({ campaignId: idSchema });
const recipientParams = z.strictObject({ campaignId: idSchema, contactId: idSchema });

export const recipientEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'listRecipients',
    method: 'get',
    path: '/v1/campaigns/{campaignId}/recipients',
    role: 'viewer',
    tag: 'Recipients',
    summary: 'The ledger of a campaign, by position',
    description: 'Empty until the audience is frozen: at the start, or before it by PUT …/send-list.',
    params: campaignParams,
    query: recipientQuerySchema,
    answers: { 200: { description: 'One page', schema: recipientListSchema } },
    problems: ['notFound'],
    handle: async ({ deps, params, query }) => {
      const campaign = await findCampaign(deps.db, params.campaignId);
      const body = await page({
        limit: query.limit,
        cursor: query.cursor,
        key: z.int().min(0).max(2_147_483_647),
        read: (after, limit) => listRecipients(deps.db, campaign.id, { state: query.state, after, limit }),
        keyOf: ({ position }) => position,
        show: (row) => ({ ...showRow(campaign, row), attempts: row.attempts }),
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'explainRecipient',
    method: 'get',
    path: '/v1/campaigns/{campaignId}/recipients/{contactId}',
    role: 'viewer',
    tag: 'Recipients',
    summary: 'What became or will become of one person’s mail, and why',
    params: recipientParams,
    answers: { 200: { description: 'The explanation', schema: explanationSchema } },
    problems: ['notFound'],
    handle: async ({ deps, params }) => ({ status: 200, body: await showExplanation(deps, params) }),
  }),
  endpoint({
    id: 'settleRecipient',
    method: 'put',
    path: '/v1/campaigns/{campaignId}/recipients/{contactId}/settlement',
    role: 'operator',
    tag: 'Recipients',
    summary: 'Settle one that is in doubt',
    description: '`notSent` puts it back into the plan, and a finished campaign runs again for it.',
    params: recipientParams,
    body: settlementSchema,
    answers: { 200: { description: 'The explanation as it is now', schema: explanationSchema } },
    problems: ['notFound', 'conflict'],
    handle: async ({ deps, params, body, caller }) => {
      await findRow(deps.db, await findCampaign(deps.db, params.campaignId), params.contactId);
      const settled = await settleInDoubt(deps.db, {
        ...params,
        as: body.as,
        by: caller.name,
        reason: body.reason,
      });
      if (!settled.settled) await refuseUnlessRepeated(deps, params, body.as);
      else if (settled.replan) await wake(deps, params.campaignId);
      return { status: 200, body: await showExplanation(deps, params) };
    },
  }),
];

interface Place {
  readonly campaignId: string;
  readonly contactId: string;
}

/** Told as a signal when the workflow runs, started again when it has ended. Without Temporal the regular look after active campaigns does it. */
export async function wake({ temporal }: ApiDeps, campaignId: string): Promise<void> {
  if (!(await temporal.tellReplan(campaignId))) await temporal.start(campaignId);
}

/** Putting twice what was put is no conflict: the delivery is where the first one brought it. */
async function refuseUnlessRepeated(deps: ApiDeps, place: Place, as: 'sent' | 'notSent'): Promise<void> {
  const campaign = await findCampaign(deps.db, place.campaignId);
  const row = await findRow(deps.db, campaign, place.contactId);
  const { settlement } = await readFacts(deps.db, campaign, row, Date.now());
  const there = as === 'sent' ? ['sent'] : ['planned', 'cancelled'];
  if (settlement !== null && row.reason?.code === 'settled' && there.includes(row.state)) return;
  throw new Problem('conflict', `this delivery is ${row.state}; only one that is inDoubt can be settled`, {
    members: { state: row.state },
  });
}

export async function showExplanation(
  { db }: ApiDeps,
  { campaignId, contactId }: Place,
): Promise<z.output<typeof explanationSchema>> {
  const campaign = await findCampaign(db, campaignId);
  const row = await findRow(db, campaign, contactId);
  const facts = await readFacts(db, campaign, row, Date.now());
  const attempts = await readAttempts(db, campaignId, row);
  const { sentence, checks } = explain(facts);
  const { expected } = facts;
  return {
    ...showRow(campaign, row),
    sentence,
    checks: [...checks],
    attempts: attempts.map(({ at, ...attempt }) => ({ at: wireInstant(at), ...attempt })),
    expected: expected === null ? null : { batch: expected.batch, at: wireInstant(expected.at) },
  };
}

export async function findRow(db: Database, campaign: CampaignRow, contactId: string): Promise<RecipientRow> {
  const row = await readRecipientRow(db, campaign.id, contactId);
  if (row !== null) return row;
  throw new Problem(
    'notFound',
    campaign.snapshot_at === null
      ? `the audience of this campaign is frozen when it starts (it is ${campaign.state}); until then nobody is its recipient`
      : 'this contact was not in the audience when it was frozen at the start',
  );
}

function showRow({ id, identity }: CampaignRow, row: RecipientRow) {
  const { contactId, email, name, state, position, batch, reply, reason } = row;
  const domain = asciiDomain(identity.address.slice(identity.address.lastIndexOf('@') + 1), domainToASCII);
  return {
    contactId,
    email,
    name,
    state,
    position,
    batch,
    sendingAt: wireInstantOrNull(row.sendingAt),
    settledAt: wireInstantOrNull(row.settledAt),
    nextAttemptAt: wireInstantOrNull(row.nextAttemptAt),
    messageId: messageIdOf(id, contactId, domain),
    reply,
    reason,
  };
}
