import { z } from 'zod';
import type { RecipientAction } from '../../domain/recipient-act.ts';
import { actSchema } from '../../domain/schema/campaign-control.ts';
import { explanationSchema } from '../../domain/schema/recipient.ts';
import { idSchema } from '../../domain/schema/shared.ts';
import { askAtOnce } from '../ask-for-act.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { findCampaign, versionHeader } from '../find-campaign.ts';
import { findRow, showExplanation, wake } from './recipients.ts';

/** What a person can do with one recipient. The version of If-Match and of the ETag is the campaign's. */
export const recipientActEndpoints: readonly Endpoint[] = [
  recipientAct('skip', 'skipRecipient', {
    path: 'skip',
    summary: 'Take one recipient out',
    description: 'Planned or deferred becomes skipped, for good. Works without Temporal.',
  }),
  recipientAct('sendNow', 'sendRecipientNow', {
    path: 'send-now',
    summary: 'Send one recipient’s mail at once, out of turn',
    description:
      'It leaves in a batch 0 of its own, or with the next claim of the batch under way; the gap of the others is not touched. ' +
      'Refused when nothing may leave now: paused, held, main gate closed, outside the windows, suppressed, relay in trouble.',
  }),
  recipientAct('moveToEnd', 'moveRecipientToEnd', {
    path: 'to-end',
    summary: 'Move one recipient to the end of the plan',
    description: 'Works without Temporal.',
  }),
];

function recipientAct(
  action: RecipientAction,
  id: string,
  { path, ...words }: { readonly path: string; readonly summary: string; readonly description: string },
): Endpoint {
  return endpoint({
    id,
    method: 'put',
    path: `/v1/campaigns/{campaignId}/recipients/{contactId}/${path}`,
    role: 'operator',
    tag: 'Recipients',
    ...words,
    params: z.strictObject({ campaignId: idSchema, contactId: idSchema }),
    versioned: true,
    body: actSchema,
    bodyOptional: true,
    answers: { 200: { description: 'The explanation as it is now', schema: explanationSchema } },
    problems: ['notFound', 'conflict'],
    handle: async ({ deps, params, body: { reason }, caller, ifMatch }) => {
      const { campaignId, contactId } = params;
      await findRow(deps.db, await findCampaign(deps.db, campaignId), contactId);
      const request = { contactId };
      const changed = await askAtOnce(deps, campaignId, { action, caller, reason, ifMatch, request });
      // Should nobody hear it: the plan is asked anew with every batch, and for one who is to leave at once each minute.
      if (changed) void wake(deps, campaignId);
      const headers = await versionHeader(deps, campaignId);
      return { status: 200, headers, body: await showExplanation(deps, params) };
    },
  });
}
