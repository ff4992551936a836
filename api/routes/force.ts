import { z } from 'zod';
import { forceCampaign, forceRecipient, type Forced } from '../../db/force.ts';
import { campaignSchema } from '../../domain/schema/campaign.ts';
import { forceSchema } from '../../domain/schema/force.ts';
import { explanationSchema } from '../../domain/schema/recipient.ts';
import { idSchema } from '../../domain/schema/shared.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { answerCampaign, findCampaign } from '../find-campaign.ts';
import { Problem } from '../problem.ts';
import { findRow, showExplanation, wake } from './recipients.ts';

const what =
  'Documents go to a person once, over all campaigns, and a template version not twice within the campaign’s time, unless somebody ' +
  'forces it. What was skipped for that comes back into the plan; a finished campaign runs again for it. Suppression, consent and ' +
  'frequency caps are never forced.';

export const forceEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'forceRecipient',
    method: 'put',
    path: '/v1/campaigns/{campaignId}/recipients/{contactId}/force',
    role: 'operator',
    tag: 'Recipients',
    summary: 'Send to one recipient although they had it before',
    description: what,
    params: z.strictObject({ campaignId: idSchema, contactId: idSchema }),
    body: forceSchema,
    answers: { 200: { description: 'The explanation as it is now', schema: explanationSchema } },
    problems: ['notFound', 'conflict'],
    handle: async ({ deps, params, body: { reason }, caller }) => {
      const { campaignId, contactId } = params;
      await findRow(deps.db, await findCampaign(deps.db, campaignId), contactId);
      const forced = await forceRecipient(deps.db, contactId, { campaignId, by: caller.name, reason });
      refuseUnlessForced(forced);
      // Should nobody hear it, the regular look after active campaigns does it.
      if (forced.replan) void wake(deps, campaignId);
      return { status: 200, body: await showExplanation(deps, params) };
    },
  }),
  endpoint({
    id: 'forceCampaign',
    method: 'put',
    path: '/v1/campaigns/{campaignId}/force',
    role: 'operator',
    tag: 'Campaigns',
    summary: 'Send to everybody of the list although they had it before',
    description: what,
    params: z.strictObject({ campaignId: idSchema }),
    body: forceSchema,
    answers: { 200: { description: 'The campaign', schema: campaignSchema } },
    problems: ['notFound', 'conflict'],
    handle: async ({ deps, params: { campaignId }, body: { reason }, caller }) => {
      await findCampaign(deps.db, campaignId);
      const forced = await forceCampaign(deps.db, { campaignId, by: caller.name, reason });
      refuseUnlessForced(forced);
      // Should nobody hear it, the regular look after active campaigns does it.
      if (forced.replan) void wake(deps, campaignId);
      return answerCampaign(deps, campaignId);
    },
  }),
];

function refuseUnlessForced(forced: Forced): asserts forced is Extract<Forced, { ok: true }> {
  if (forced.ok) return;
  const { campaign, delivery } = forced;
  const detail =
    delivery === null
      ? `the campaign is ${campaign}: nobody can be sent to any more; force it in another one`
      : `this delivery is ${delivery}; only one that is to come, or was skipped because the person had it before, can be forced`;
  throw new Problem('conflict', detail, { members: { state: delivery ?? campaign } });
}
