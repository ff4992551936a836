import { z } from 'zod';
import { readControl } from '../../db/history.ts';
import { findPaceToRestore, nothingToUndo } from '../../db/pace-undo.ts';
import { judgeControl } from '../../domain/campaign-state.ts';
import { paceSetSchema } from '../../domain/schema/campaign-control.ts';
import { idSchema, reasonSchema } from '../../domain/schema/shared.ts';
import { readNext } from '../campaign-view.ts';
import { refusalProblem } from '../control-answer.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { askFor, paceIn, requireCampaign, versionHeader } from './campaign-control.ts';

export const paceUndoEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'undoPace',
    method: 'delete',
    path: '/v1/campaigns/{campaignId}/pace',
    role: 'operator',
    tag: 'Control',
    summary: 'Takes the last pace change back',
    description:
      'The pace before it is in force again, as an act of its own. Asked again, the change before that is taken back; send If-Match, so that a repeated request does not take back two.',
    params: z.strictObject({ campaignId: idSchema }),
    versioned: true,
    query: z.strictObject({ reason: reasonSchema }),
    answers: { 200: { description: 'The pace now and before', schema: paceSetSchema } },
    problems: ['wrongState', 'conflict', 'temporalAway'],
    handle: async ({ deps, params: { campaignId }, query: { reason }, caller, ifMatch }) => {
      const campaign = await requireCampaign(deps, campaignId);
      // What is stale is said first, by askFor.
      const isSeen = ifMatch === null || ifMatch === campaign.version;
      const isPossible = isSeen && judgeControl('setPace', campaign.state) === 'apply';
      if (isPossible && (await findPaceToRestore(deps.db, campaign)) === null)
        throw await refusalProblem(deps.db, campaignId, nothingToUndo);
      const controlId = await askFor(deps, campaign, {
        caller,
        reason,
        ifMatch,
        request: { undo: true },
        act: { action: 'setPace', undo: true },
      });
      const { from, to } = (controlId === null ? null : await readControl(deps.db, controlId)) ?? {};
      const body = {
        pace: paceIn(to, campaign),
        previous: paceIn(from, campaign),
        next: await readNext(deps.db, campaignId),
      };
      return { status: 200, headers: await versionHeader(deps, campaignId), body };
    },
  }),
];
