import { z } from 'zod';
import { actAtOnce } from '../../db/act-at-once.ts';
import { campaignSchema } from '../../domain/schema/campaign.ts';
import { completeGuards, guardFields } from '../../domain/schema/guards.ts';
import { idSchema, reasonSchema } from '../../domain/schema/shared.ts';
import { refusalProblem } from '../control-answer.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { answerCampaign } from './campaigns.ts';
import { findCampaign } from './recipients.ts';

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
      const acted = await actAtOnce(deps.db, {
        campaignId,
        action: 'setGuards',
        by: caller.name,
        reason,
        request: { guards: completeGuards(wanted) },
        expectedVersion: ifMatch,
      });
      if (!acted.applied && acted.refusal !== null)
        throw await refusalProblem(deps.db, campaignId, acted.refusal);
      if (acted.applied) void deps.temporal.tellReplan(campaignId);
      return answerCampaign(deps, campaignId);
    },
  }),
];
