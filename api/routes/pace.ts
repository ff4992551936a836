import { z } from 'zod';
import type { CampaignRow } from '../../db/campaigns.ts';
import { readControl } from '../../db/history.ts';
import { findPaceToRestore, nothingToUndo } from '../../db/pace-undo.ts';
import { judgeControl } from '../../domain/campaign-state.ts';
import { paceSetSchema, setPaceSchema } from '../../domain/schema/campaign-control.ts';
import { idSchema, reasonSchema } from '../../domain/schema/shared.ts';
import { askFor } from '../ask-for-act.ts';
import { readNext, showPace } from '../campaign-view.ts';
import { refusalProblem } from '../control-answer.ts';
import { askedPace } from '../draft-plan.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { findCampaign, versionHeader } from '../find-campaign.ts';

const tag = 'Control';
const params = z.strictObject({ campaignId: idSchema });

export const paceEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'setPace',
    method: 'put',
    path: '/v1/campaigns/{campaignId}/pace',
    role: 'operator',
    tag,
    summary: 'Changes the pace at once',
    params,
    versioned: true,
    body: setPaceSchema,
    answers: { 200: { description: 'The pace now and before', schema: paceSetSchema } },
    problems: ['wrongState', 'temporalAway'],
    handle: async ({ deps, params: { campaignId }, body: { reason, ...asked }, caller, ifMatch }) => {
      const campaign = await findCampaign(deps.db, campaignId);
      const pace = askedPace(asked);
      const controlId = await askFor(deps, campaign, {
        caller,
        reason,
        ifMatch,
        request: pace,
        act: { action: 'setPace', pace },
      });
      const now = await findCampaign(deps.db, campaignId);
      const before = controlId === null ? null : ((await readControl(deps.db, controlId))?.from ?? null);
      const body = {
        pace: showPace({ size: now.size, gapMs: now.gap_ms }, now.pace_form),
        previous: paceIn(before, now),
        next: await readNext(deps.db, campaignId),
      };
      return { status: 200, headers: await versionHeader(deps, campaignId), body };
    },
  }),
  endpoint({
    id: 'undoPace',
    method: 'delete',
    path: '/v1/campaigns/{campaignId}/pace',
    role: 'operator',
    tag,
    summary: 'Takes the last pace change back',
    description:
      'The pace before it is in force again, as an act of its own. Asked again, the change before that is taken back; send If-Match, so that a repeated request does not take back two.',
    params,
    versioned: true,
    query: z.strictObject({ reason: reasonSchema }),
    answers: { 200: { description: 'The pace now and before', schema: paceSetSchema } },
    problems: ['wrongState', 'conflict', 'temporalAway'],
    handle: async ({ deps, params: { campaignId }, query: { reason }, caller, ifMatch }) => {
      const campaign = await findCampaign(deps.db, campaignId);
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

/** The pace that a row of the history names, else the one in force. */
function paceIn(change: Record<string, unknown> | null | undefined, now: CampaignRow) {
  const pace = { size: Number(change?.['size'] ?? now.size), gapMs: Number(change?.['gapMs'] ?? now.gap_ms) };
  return showPace(pace, change ?? now.pace_form);
}
