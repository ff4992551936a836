import { z } from 'zod';
import * as campaigns from '../../db/campaigns.ts';
import { readCounts } from '../../db/counts.ts';
import { possibleActions } from '../../domain/campaign-state.ts';
import * as schema from '../../domain/schema/campaign.ts';
import { completeGuards } from '../../domain/schema/guards.ts';
import { idSchema, listSchema, pagingFields } from '../../domain/schema/shared.ts';
import { checkAudience } from '../audience-input.ts';
import { statedCapacity } from '../campaign-capacity.ts';
import { checkContent } from '../campaign-content.ts';
import { statedDocuments } from '../campaign-documents.ts';
import { composeMail } from '../campaign-mail.ts';
import { knownRecords } from '../campaign-records.ts';
import { showCampaign, showSummary } from '../campaign-view.ts';
import { staleVersion, wrongState } from '../control-answer.ts';
import type { ApiDeps } from '../deps.ts';
import { askedPace, planDraft, refusePast } from '../draft-plan.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { entityTag } from '../entity-tag.ts';
import { answerCampaign } from '../find-campaign.ts';
import { page, positionSchema } from '../paging.ts';
import { checkFollowing, everybodyBecause, patchedDraft, toDate } from '../patched-draft.ts';
import { notFound, Problem } from '../problem.ts';

const tag = 'Campaigns';
const params = z.strictObject({ campaignId: idSchema });
const one = { description: 'The campaign', schema: schema.campaignSchema } as const;

export const campaignEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'createCampaign',
    method: 'post',
    path: '/v1/campaigns',
    role: 'operator',
    tag,
    summary: 'Makes a draft',
    description: 'The content is compiled: what cannot be sent is refused with line and column.',
    body: schema.newCampaignSchema,
    answers: { 201: { ...one, description: 'The draft' } },
    problems: ['contentRefused'],
    handle: async ({ deps, body, caller }) => {
      refusePast(body.startAt ?? null);
      const mail = await composeMail(deps.db, body);
      const { name, responseLinks } = body;
      const { usesLinked } = await checkContent(deps, { ...mail, name, responseLinks });
      const { pace, startAt = null, guards, consent, onceWithin, signature: _signature, ...rest } = body;
      await checkFollowing(deps.db, null, body.follows, startAt);
      await checkAudience(deps.db, body.audience);
      const meant = { audience: body.audience, newsletter_only: consent.newsletter };
      const planned = await planDraft(deps.db, askedPace(pace), rest, startAt, meant);
      const capacity = await statedCapacity(deps.db, body.capacity, planned.size);
      const own = guards === undefined ? {} : { guards: completeGuards(guards) };
      const documents = await statedDocuments(deps, body.documents);
      const everybody = everybodyBecause(consent, caller.name);
      const draft = {
        ...rest,
        ...mail,
        ...own,
        ...planned,
        capacity,
        startAt: toDate(startAt),
        everybody,
        documents,
        onceWithinMs: onceWithin,
        records: await knownRecords(deps.db, body.records, caller.name),
        usesLinked,
      };
      const campaign = await campaigns.insertDraft(deps.db, draft, caller.name);
      const headers = { ETag: entityTag(campaign.version), Location: `/v1/campaigns/${campaign.id}` };
      return { status: 201, headers, body: await showCampaign(deps, campaign) };
    },
  }),
  endpoint({
    id: 'listCampaigns',
    method: 'get',
    path: '/v1/campaigns',
    role: 'viewer',
    tag,
    summary: 'Campaigns, newest first',
    query: z.strictObject({
      ...pagingFields,
      state: schema.campaignStateSchema.optional(),
      q: z.string().max(200).optional().meta({ description: 'A part of the name' }),
    }),
    answers: {
      200: { description: 'Campaigns', schema: listSchema(schema.campaignSummarySchema, 'CampaignList') },
    },
    handle: async ({ deps: { db }, query: { state, q, ...paging } }) => {
      const { items, next } = await page({
        ...paging,
        key: positionSchema,
        read: (after, limit) => campaigns.listCampaigns(db, { state, q, after, limit }),
        keyOf: ({ position, id }: campaigns.CampaignSummaryRow) => [position, id],
        show: (row: campaigns.CampaignSummaryRow) => row,
      });
      const counts = await readCounts(
        db,
        items.map(({ id }) => id),
      );
      return { status: 200, body: { items: items.flatMap((row) => showWithCounts(row, counts)), next } };
    },
  }),
  endpoint({
    id: 'getCampaign',
    method: 'get',
    path: '/v1/campaigns/{campaignId}',
    role: 'viewer',
    tag,
    summary: 'One campaign, with what happens next',
    params,
    versioned: true,
    answers: { 200: one },
    handle: async ({ deps, params: { campaignId } }) => answerCampaign(deps, campaignId),
  }),
  endpoint({
    id: 'changeCampaign',
    method: 'patch',
    path: '/v1/campaigns/{campaignId}',
    role: 'operator',
    tag,
    summary: 'Changes a draft; what is left out stays',
    params,
    versioned: true,
    body: schema.campaignPatchSchema,
    answers: { 200: one },
    problems: ['contentRefused', 'wrongState'],
    handle: async ({ deps, params: { campaignId }, body, ifMatch, caller }) => {
      const changed = await campaigns.updateDraft(deps.db, campaignId, ifMatch, (draft) =>
        patchedDraft(deps, draft, body, caller.name),
      );
      if (!changed.ok) throw await changeProblem(deps, campaignId, ifMatch, changed);
      const headers = { ETag: entityTag(changed.campaign.version) };
      return { status: 200, headers, body: await showCampaign(deps, changed.campaign) };
    },
  }),
  endpoint({
    id: 'deleteCampaign',
    method: 'delete',
    path: '/v1/campaigns/{campaignId}',
    role: 'operator',
    tag,
    summary: 'Removes a draft',
    params,
    versioned: true,
    answers: { 204: { description: 'It is gone' } },
    problems: ['wrongState', 'conflict'],
    handle: async ({ deps, params: { campaignId }, ifMatch }) => {
      const deleted = await campaigns.deleteDraft(deps.db, campaignId, ifMatch);
      if (!deleted.ok) throw await changeProblem(deps, campaignId, ifMatch, deleted);
      return { status: 204 };
    },
  }),
];

async function changeProblem(
  { db }: ApiDeps,
  campaignId: string,
  ifMatch: number | null,
  change: Extract<campaigns.DraftChange, { ok: false }>,
): Promise<Problem> {
  switch (change.why) {
    case 'missing':
      return notFound('campaign', campaignId);
    case 'notDraft':
      return wrongState(change.state, possibleActions(change.state));
    case 'stale':
      return staleVersion(db, campaignId, ifMatch ?? 0);
    case 'followed':
      return new Problem(
        'conflict',
        `campaign ${change.followers.join(', ')} follows this one; let it follow another one, or none (follows: null), then delete`,
      );
  }
}

type CountsById = Awaited<ReturnType<typeof readCounts>>;

function showWithCounts(row: campaigns.CampaignSummaryRow, counts: CountsById): schema.CampaignSummary[] {
  const of = counts.get(row.id);
  return of === undefined ? [] : [showSummary(row, of)];
}
