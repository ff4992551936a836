import type { z } from 'zod';
import { mailPartsOf } from '../db/campaign-sources.ts';
import type { CampaignRow, Draft } from '../db/campaigns.ts';
import { refuseFollowing, type Follows } from '../db/follow-up.ts';
import type { Database } from '../db/open.ts';
import type { CalendarRules } from '../domain/calendar.ts';
import type { AskedPace } from '../domain/pace-form.ts';
import type { campaignPatchSchema } from '../domain/schema/campaign.ts';
import type { CampaignConsent } from '../domain/schema/consent.ts';
import { completeGuards } from '../domain/schema/guards.ts';
import { checkAudience } from './audience-input.ts';
import { checkedCapacity, statedCapacity } from './campaign-capacity.ts';
import { checkContent } from './campaign-content.ts';
import { statedDocuments } from './campaign-documents.ts';
import { recomposeMail } from './campaign-mail.ts';
import { knownRecords } from './campaign-records.ts';
import { refuse } from './check-input.ts';
import type { ApiDeps } from './deps.ts';
import { askedPace, planDraft, refusePast, type PlannedDraft } from './draft-plan.ts';
import { refuseBehindSendList } from './send-list-guard.ts';

type Patch = z.output<typeof campaignPatchSchema>;

/** The draft as it shall be. Its content is compiled again whenever something is changed that goes into the mail. */
export async function patchedDraft(
  deps: ApiDeps,
  draft: CampaignRow,
  patch: Patch,
  by: string,
): Promise<Draft> {
  refuseBehindSendList(draft, patch);
  refusePast(patch.startAt ?? null);
  const mail = await recomposeMail(deps.db, patch, mailPartsOf(draft));
  const wanted = { ...storedSettings(draft), ...given(patch), ...mail };
  const { name, responseLinks, follows, timeZone, windows, holidays } = wanted;
  const inMail = [patch.name, patch.identity, patch.content, patch.signature, patch.responseLinks];
  const { usesLinked } = inMail.some((part) => part !== undefined)
    ? await checkContent(deps, { ...mail, name, responseLinks })
    : { usesLinked: draft.uses_linked };
  if (patch.audience !== undefined) await checkAudience(deps.db, patch.audience);
  const startAt = patch.startAt === undefined ? (draft.start_at?.getTime() ?? null) : patch.startAt;
  await checkFollowing(deps.db, draft.id, follows, startAt);
  const everybody =
    patch.consent === undefined ? storedEverybody(draft) : everybodyBecause(patch.consent, by);
  const rules = { timeZone, windows, holidays, newsletterOnly: everybody === null };
  const planned = await replanned(deps.db, draft, patch, rules, startAt);
  const { documents } = patch;
  return {
    ...wanted,
    ...(documents === undefined ? {} : { documents: await statedDocuments(deps, documents) }),
    capacity:
      patch.capacity === undefined
        ? await checkedCapacity(deps.db, draft.capacity, planned.size)
        : await statedCapacity(deps.db, patch.capacity, planned.size),
    guards: patch.guards === undefined ? draft.guards : completeGuards(patch.guards),
    ...planned,
    startAt: toDate(startAt),
    onceWithinMs: patch.onceWithin === undefined ? draft.once_within_ms : patch.onceWithin,
    records: patch.records && (await knownRecords(deps.db, patch.records, by)),
    usesLinked,
    everybody,
  };
}

/** The settings that a patch names as a draft stores them. */
function storedSettings(draft: CampaignRow) {
  return {
    name: draft.name,
    audience: draft.audience,
    timeZone: draft.time_zone,
    windows: draft.windows,
    holidays: draft.holidays,
    limits: draft.limits,
    follows: storedFollows(draft),
    responseLinks: draft.response_links,
    stream: draft.stream,
    logActivity: draft.log_activity,
  };
}

/** Those of them that the patch has. */
function given(patch: Patch): Partial<ReturnType<typeof storedSettings>> {
  const { name, audience, timeZone, windows, holidays, limits, follows } = patch;
  const { responseLinks, stream, logActivity } = patch;
  const all = { name, audience, timeZone, windows, holidays, limits, follows };
  const wanted = { ...all, responseLinks, stream, logActivity };
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
}

/** The draft's size and gap, worked out anew when something is changed that they depend on. */
async function replanned(
  db: Database,
  draft: CampaignRow,
  patch: Patch,
  { newsletterOnly, ...rules }: CalendarRules & { readonly newsletterOnly: boolean },
  startAt: number | null,
): Promise<PlannedDraft> {
  const depends = ['audience', 'pace', 'windows', 'holidays', 'timeZone', 'startAt', 'consent'] as const;
  if (depends.every((field) => patch[field] === undefined))
    return { size: draft.size, gapMs: draft.gap_ms, paceForm: draft.pace_form };
  const asked = patch.pace === undefined ? storedPace(draft) : askedPace(patch.pace);
  const meant = { audience: patch.audience ?? draft.audience, newsletter_only: newsletterOnly };
  return planDraft(db, asked, rules, startAt, meant);
}

/** Refuses (422) what would never start, or at two times. */
export async function checkFollowing(
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

function storedFollows(draft: CampaignRow): Follows | null {
  const { follows_id: campaignId, follows_after_ms: afterMs, follows_only: only } = draft;
  return campaignId === null ? null : { campaignId, afterMs: afterMs ?? 0, only: only ?? 'all' };
}

/** What a draft's pace was asked as. */
function storedPace({ size, gap_ms, pace_form }: CampaignRow): AskedPace {
  const { perHour, finishBy, ramp, jitter } = pace_form;
  if (perHour !== undefined) return { perHour, jitter };
  if (finishBy !== undefined) return { finishBy };
  return { size, gapMs: gap_ms, jitter, ramp };
}

/** Null: only those who ordered the newsletter. */
export function everybodyBecause(consent: CampaignConsent, by: string): Draft['everybody'] {
  return consent.newsletter ? null : { reason: consent.reason, by };
}

function storedEverybody({
  newsletter_only,
  newsletter_reason,
  newsletter_by,
  created_by,
}: CampaignRow): Draft['everybody'] {
  return newsletter_only
    ? null
    : { reason: newsletter_reason ?? 'made before consent was asked for', by: newsletter_by ?? created_by };
}

export function toDate(at: number | null): Date | null {
  return at === null ? null : new Date(at);
}
