import { z } from 'zod';
import * as campaigns from '../../db/campaigns.ts';
import { readCounts } from '../../db/counts.ts';
import { refuseFollowing, type Follows } from '../../db/follow-up.ts';
import type { Database } from '../../db/open.ts';
import type { CalendarRules } from '../../domain/calendar.ts';
import { possibleActions } from '../../domain/campaign-state.ts';
import type { AskedPace } from '../../domain/pace-form.ts';
import * as schema from '../../domain/schema/campaign.ts';
import { completeGuards } from '../../domain/schema/guards.ts';
import { idSchema, listSchema, pagingFields } from '../../domain/schema/shared.ts';
import { checkedCapacity, statedCapacity } from '../campaign-capacity.ts';
import { checkContent } from '../campaign-content.ts';
import { showCampaign, showSummary } from '../campaign-view.ts';
import { refuse } from '../check-input.ts';
import { staleVersion, wrongState } from '../control-answer.ts';
import type { ApiDeps } from '../deps.ts';
import { askedPace, planDraft, refusePast, type PlannedDraft } from '../draft-plan.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { entityTag } from '../entity-tag.ts';
import { answerCampaign } from '../find-campaign.ts';
import { page, positionSchema } from '../paging.ts';
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
      await checkContent(deps, body);
      const { pace, startAt = null, guards, ...rest } = body;
      await checkFollowing(deps.db, null, body.follows, startAt);
      const planned = await planDraft(deps.db, askedPace(pace), rest, startAt);
      const capacity = await statedCapacity(deps.db, body.capacity, planned.size);
      const own = guards === undefined ? {} : { guards: completeGuards(guards) };
      const draft = { ...rest, ...own, ...planned, capacity, startAt: toDate(startAt) };
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
    handle: async ({ deps, params: { campaignId }, body, ifMatch }) => {
      const changed = await campaigns.updateDraft(deps.db, campaignId, ifMatch, (draft) =>
        patched(deps, draft, body),
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

type Patch = z.output<typeof schema.campaignPatchSchema>;

/** The draft as it shall be. Its content is compiled again whenever something is changed that goes into the mail. */
async function patched(deps: ApiDeps, draft: campaigns.CampaignRow, patch: Patch): Promise<campaigns.Draft> {
  refusePast(patch.startAt ?? null);
  const {
    name = draft.name,
    audience = draft.audience,
    identity = draft.identity,
    content = draft.content,
    timeZone = draft.time_zone,
    windows = draft.windows,
    holidays = draft.holidays,
    limits = draft.limits,
    follows = storedFollows(draft),
    responseLinks = draft.response_links,
  } = patch;
  const inMail = [patch.name, patch.identity, patch.content, patch.responseLinks];
  if (inMail.some((part) => part !== undefined))
    await checkContent(deps, { name, identity, content, responseLinks });
  const startAt = patch.startAt === undefined ? (draft.start_at?.getTime() ?? null) : patch.startAt;
  await checkFollowing(deps.db, draft.id, follows, startAt);
  const planned = await replanned(deps.db, draft, patch, { timeZone, windows, holidays }, startAt);
  return {
    name,
    audience,
    identity,
    content,
    timeZone,
    windows,
    holidays,
    limits,
    follows,
    capacity:
      patch.capacity === undefined
        ? await checkedCapacity(deps.db, draft.capacity, planned.size)
        : await statedCapacity(deps.db, patch.capacity, planned.size),
    responseLinks,
    guards: patch.guards === undefined ? draft.guards : completeGuards(patch.guards),
    ...planned,
    startAt: toDate(startAt),
  };
}

/** The draft's size and gap, worked out anew when something is changed that they depend on. */
async function replanned(
  db: Database,
  draft: campaigns.CampaignRow,
  patch: Patch,
  rules: CalendarRules,
  startAt: number | null,
): Promise<PlannedDraft> {
  const depends = ['pace', 'windows', 'holidays', 'timeZone', 'startAt'] as const;
  if (depends.every((field) => patch[field] === undefined))
    return { size: draft.size, gapMs: draft.gap_ms, paceForm: draft.pace_form };
  const asked = patch.pace === undefined ? storedPace(draft) : askedPace(patch.pace);
  return planDraft(db, asked, rules, startAt);
}

/** Refuses (422) what would never start, or at two times. */
async function checkFollowing(
  db: Database,
  id: string | null,
  follows: Follows | null,
  startAt: number | null,
): Promise<void> {
  if (follows === null) return;
  const detail =
    startAt === null
      ? await refuseFollowing(db, id, follows)
      : 'a campaign starts at an instant or after another one, not both; leave startAt or follows out (null)';
  if (detail === null) return;
  const pointer = startAt === null ? '/follows/campaign' : '/follows';
  throw refuse('invalidBody', [{ pointer, detail }]);
}

function storedFollows(draft: campaigns.CampaignRow): Follows | null {
  const { follows_id: campaignId, follows_after_ms: afterMs, follows_only: only } = draft;
  return campaignId === null ? null : { campaignId, afterMs: afterMs ?? 0, only: only ?? 'all' };
}

/** What a draft's pace was asked as. */
function storedPace({ size, gap_ms, pace_form }: campaigns.CampaignRow): AskedPace {
  const { perHour, finishBy, ramp, jitter } = pace_form;
  if (perHour !== undefined) return { perHour, jitter };
  if (finishBy !== undefined) return { finishBy };
  return { size, gapMs: gap_ms, jitter, ramp };
}

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

function toDate(at: number | null): Date | null {
  return at === null ? null : new Date(at);
}
