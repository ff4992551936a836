import { z } from 'zod';
import { campaignSchema } from '../../domain/schema/campaign.ts';
import { completeGuards, guardFields } from '../../domain/schema/guards.ts';
import { idSchema, reasonSchema } from '../../domain/schema/shared.ts';
import { askAtOnce } from '../ask-for-act.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { answerCampaign, findCampaign } from '../find-campaign.ts';

export const guardEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'setGuards',
    method: 'put',
    path: '/v1/campaigns/{campaignId}/guards',
    role: 'operator',
    tag: 'Control',
    summary: 'Sets when the campaign holds itself',
    description: 'The thresholds as a whole: what is left out is the default, null switches a guard off.',
    params: z.strictObject({ campaignId: idSchema }),
    versioned: true,
    body: z.strictObject({ ...guardFields, reason: reasonSchema }).meta({ id: 'SetGuards' }),
    answers: { 200: { description: 'The campaign', schema: campaignSchema } },
    problems: ['notFound', 'wrongState'],
    handle: async ({ deps, params: { campaignId }, body: { reason, ...wanted }, caller, ifMatch }) => {
      await findCampaign(deps.db, campaignId);
      const changed = await askAtOnce(deps, campaignId, {
        action: 'setGuards',
        caller,
        reason,
        ifMatch,
        request: { guards: completeGuards(wanted) },
      });
      if (changed) void deps.temporal.tellReplan(campaignId);
      return answerCampaign(deps, campaignId);
    },
  }),
];
