import { z } from 'zod';
import { audienceHasSomebody } from '../../db/audience.ts';
import type { CampaignRow } from '../../db/campaigns.ts';
import { readCountsOf } from '../../db/counts.ts';
import { pauseCampaign } from '../../db/pause.ts';
import { startCampaign } from '../../db/start.ts';
import { printFilter } from '../../domain/filter/print-filter.ts';
import { refuseResumeAt } from '../../domain/resume-at.ts';
import * as schema from '../../domain/schema/campaign-control.ts';
import { campaignSchema } from '../../domain/schema/campaign.ts';
import { flagSchema, idSchema, reasonSchema } from '../../domain/schema/shared.ts';
import { askFor } from '../ask-for-act.ts';
import { checkMails } from '../campaign-content.ts';
import { requireDocuments } from '../campaign-documents.ts';
import { freshMail } from '../campaign-mail.ts';
import { refuse } from '../check-input.ts';
import { refusalProblem, temporalAway } from '../control-answer.ts';
import type { ApiDeps } from '../deps.ts';
import { refusePast } from '../draft-plan.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { answerCampaign, findCampaign, versionHeader } from '../find-campaign.ts';
import { Problem } from '../problem.ts';
import { requireSomebodyPlanned } from '../send-list-guard.ts';
import { wireInstant, wireInstantOrNull } from '../wire-instant.ts';

const tag = 'Control';
const params = z.strictObject({ campaignId: idSchema });
const campaignAnswer = { description: 'The campaign', schema: campaignSchema } as const;

export const campaignControlEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'startCampaign',
    method: 'put',
    path: '/v1/campaigns/{campaignId}/start',
    role: 'operator',
    tag,
    summary: 'Freezes the audience and starts the campaign, now or at startAt',
    description:
      'A second call answers the same and never starts twice. startAt left out: as the draft says.',
    params,
    versioned: true,
    body: schema.startSchema,
    bodyOptional: true,
    answers: { 200: campaignAnswer },
    problems: ['wrongState', 'conflict', 'contentRefused', 'emptyAudience', 'temporalAway'],
    handle: async ({ deps, params: { campaignId }, body: { startAt }, caller, ifMatch }) => {
      const campaign = await findCampaign(deps.db, campaignId);
      if (campaign.state === 'draft') {
        const begins = startAt === undefined ? (campaign.start_at?.getTime() ?? null) : startAt;
        refusePast(begins);
        const mail = await freshMail(deps.db, campaign);
        const { name, response_links: responseLinks } = campaign;
        await requireDocuments(deps, campaignId);
        const { usesLinked } = await checkMails(deps, { ...mail, name, responseLinks }, campaignId);
        if (campaign.snapshot_at === null) await requireAudience(deps, campaign);
        else requireSomebodyPlanned((await readCountsOf(deps.db, campaignId)).planned);
        if (!(await deps.temporal.isReachable(2_000))) throw temporalAway(false);
        // An explicit null overrules the draft's own start.
        const at = startAt === null && campaign.start_at !== null ? Date.now() : begins;
        const started = await startCampaign(deps.db, {
          campaignId,
          by: caller.name,
          startAt: at,
          expectedVersion: ifMatch,
          frozen: { ...mail, usesLinked, draftVersion: campaign.version },
        });
        if ('refusal' in started) throw await refusalProblem(deps.db, campaignId, started.refusal);
        // Should Temporal go away in this very moment, the campaign is started all the same: reconcile() does it.
        await deps.temporal.start(campaignId);
      }
      return answerCampaign(deps, campaignId);
    },
  }),
  endpoint({
    id: 'pauseCampaign',
    method: 'put',
    path: '/v1/campaigns/{campaignId}/pause',
    role: 'operator',
    tag,
    summary: 'Closes the gate; works without Temporal and without a worker',
    params,
    versioned: true,
    body: schema.pauseRequestSchema,
    bodyOptional: true,
    answers: {
      200: { description: 'Paused; at most inFlight mails still leave', schema: schema.pausedSchema },
    },
    problems: ['wrongState', 'conflict'],
    handle: async ({ deps, params: { campaignId }, body: { reason, resumeAt }, caller, ifMatch }) => {
      await findCampaign(deps.db, campaignId);
      refusePastResume(resumeAt);
      const paused = await pauseCampaign(deps.db, {
        campaignId,
        by: caller.name,
        reason,
        expectedVersion: ifMatch,
        ...(resumeAt === undefined ? {} : { resumeAt }),
      });
      if ('refusal' in paused) throw await refusalProblem(deps.db, campaignId, paused.refusal);
      const { state, applied, pause } = paused;
      // The workflow adopts it; when this is lost, its next look at the plan finds the gate closed.
      if (applied) void deps.temporal.tellPause(campaignId, pause.controlId);
      const { at, by, inFlight } = pause;
      const body = {
        state,
        pausedAt: wireInstant(at),
        by,
        reason: pause.reason,
        inFlight,
        resumeAt: wireInstantOrNull(pause.resumeAt),
      };
      return { status: 200, headers: await versionHeader(deps, campaignId), body };
    },
  }),
  endpoint({
    id: 'resumeCampaign',
    method: 'delete',
    path: '/v1/campaigns/{campaignId}/pause',
    role: 'operator',
    tag,
    summary: 'Resumes a paused campaign, and with acknowledge=true a held one',
    params,
    versioned: true,
    query: z.strictObject({ reason: reasonSchema, acknowledge: flagSchema }),
    answers: { 200: campaignAnswer },
    problems: ['wrongState', 'needsAcknowledgement', 'invalidBody', 'temporalAway'],
    handle: async ({ deps, params: { campaignId }, query: { reason, acknowledge }, caller, ifMatch }) => {
      const campaign = await findCampaign(deps.db, campaignId);
      if (campaign.state === 'held' && !acknowledge)
        throw await refusalProblem(deps.db, campaignId, { code: 'needsAcknowledgement' });
      await askFor(deps, campaign, {
        caller,
        reason,
        ifMatch,
        request: { acknowledge },
        act: { action: 'resume' },
      });
      return answerCampaign(deps, campaignId);
    },
  }),
  endpoint({
    id: 'reschedule',
    method: 'put',
    path: '/v1/campaigns/{campaignId}/schedule',
    role: 'operator',
    tag,
    summary: 'Moves the start while the campaign is scheduled',
    params,
    versioned: true,
    body: schema.rescheduleSchema,
    answers: { 200: campaignAnswer },
    problems: ['wrongState', 'temporalAway'],
    handle: async ({ deps, params: { campaignId }, body: { startAt, reason }, caller, ifMatch }) => {
      refusePast(startAt);
      const campaign = await findCampaign(deps.db, campaignId);
      await askFor(deps, campaign, {
        caller,
        reason,
        ifMatch,
        request: { startAt },
        act: { action: 'reschedule', startAt },
      });
      return answerCampaign(deps, campaignId);
    },
  }),
  endpoint({
    id: 'cancelCampaign',
    method: 'put',
    path: '/v1/campaigns/{campaignId}/cancellation',
    role: 'operator',
    tag,
    summary: 'Stops for good; what was not handed over becomes cancelled',
    params,
    versioned: true,
    body: schema.actSchema,
    bodyOptional: true,
    answers: { 200: campaignAnswer },
    problems: ['wrongState', 'temporalAway'],
    handle: async ({ deps, params: { campaignId }, body: { reason }, caller, ifMatch }) => {
      const campaign = await findCampaign(deps.db, campaignId);
      await askFor(deps, campaign, { caller, reason, ifMatch, request: {}, act: { action: 'cancel' } });
      return answerCampaign(deps, campaignId);
    },
  }),
];

function refusePastResume(resumeAt: number | null | undefined): void {
  const detail = resumeAt === undefined || resumeAt === null ? null : refuseResumeAt(resumeAt, Date.now());
  if (detail !== null) throw refuse('invalidBody', [{ pointer: '/resumeAt', detail }]);
}

async function requireAudience({ db }: ApiDeps, { audience, newsletter_only }: CampaignRow): Promise<void> {
  if (await audienceHasSomebody(db, { audience, newsletter_only })) return;
  const detail =
    newsletter_only && (await audienceHasSomebody(db, { audience }))
      ? 'nobody of the audience has ordered the newsletter; note the consents that you have (POST /v1/contacts/{id}/consents), or write to everybody for a reason ("consent")'
      : `the audience is nobody: ${nobodyBecause(audience)}`;
  throw new Problem('emptyAudience', detail, { errors: [{ pointer: '/audience', detail }] });
}

function nobodyBecause(audience: CampaignRow['audience']): string {
  if ('all' in audience) return 'there are no contacts; import some (POST /v1/contact-imports), then start';
  return 'workList' in audience
    ? `the work list ${audience.workList} is empty; add people to it, then start`
    : `nobody is found by the filter ${printFilter(audience.filter)}; change it, then start`;
}
