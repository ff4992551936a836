import { sql } from 'kysely';
import { freeAt, type LimitedDomain } from '../domain/domain-limit.ts';
import { expectBatch, type ExpectedBatch } from '../domain/expected-batch.ts';
import { noBounds, type Act, type Facts } from '../domain/explanation-facts.ts';
import type { Instant } from '../domain/instant.ts';
import type { Reply } from '../domain/outcome.ts';
import type { PlanAnswer } from '../domain/plan-answer.ts';
import { singlesBatch } from '../domain/plan-singles.ts';
import type { PlanState } from '../domain/planner.ts';
import type { RecipientAction } from '../domain/recipient-act.ts';
import { calendarOf } from './campaign-look.ts';
import type { CampaignRow } from './campaigns.ts';
import { readRules } from './explanation-rules.ts';
import { readMainGate } from './main-gate.ts';
import type { Database } from './open.ts';
import { readPause } from './pause.ts';
import { readDecidedPlan } from './plan-state.ts';
import type { RecipientRow } from './recipients.ts';

export interface AttemptRow {
  readonly at: Date;
  /** The state that the attempt led to. */
  readonly outcome: string;
  readonly reply: Reply | null;
  /** What was seen when there was no reply. */
  readonly text: string | null;
}

/** Gathers what is known about one person in one campaign, for domain/explanation.ts. Reads only. */
export async function readFacts(
  db: Database,
  campaign: CampaignRow,
  row: RecipientRow,
  now: Instant,
): Promise<Facts> {
  const [suppression, pause, mainGate, cancellation, settlement, skip, sendNow, move, rules, coming] =
    await Promise.all([
      readSuppression(db, row.address, campaign.stream),
      readPause(db, campaign.id),
      readMainGate(db),
      readAct(db, campaign.id, 'cancel', null),
      readAct(db, campaign.id, 'settle', row.contactId),
      readAct(db, campaign.id, 'skip', row.contactId),
      readAct(db, campaign.id, 'sendNow', row.contactId),
      readAct(db, campaign.id, 'moveToEnd', row.contactId),
      readRules(db, campaign, row.contactId, now),
      readComing(db, campaign, row, now),
    ]);
  const { trouble } = campaign;
  return {
    now,
    campaign: { state: campaign.state, snapshotAt: instantOf(campaign.snapshot_at) },
    delivery: {
      ...row,
      sendingAt: instantOf(row.sendingAt),
      settledAt: instantOf(row.settledAt),
      nextAttemptAt: instantOf(row.nextAttemptAt),
      sendNowAt: instantOf(row.sendNowAt),
    },
    suppression,
    pause: pause === null ? null : { ...toAct(pause), resumeAt: instantOf(pause.resumeAt) },
    mainGate: mainGate.open
      ? null
      : { at: mainGate.changedAt.getTime(), by: mainGate.by ?? 'somebody', reason: mainGate.reason },
    cancellation,
    settlement,
    skip,
    sendNow,
    move,
    rules,
    trouble: trouble === null ? null : { since: trouble.since, code: trouble.code, text: trouble.text },
    ...coming,
  };
}

/** Every attempt in its order. The table has those that did not succeed at once; a success at the first try is in the row itself. */
export async function readAttempts(
  db: Database,
  campaignId: string,
  row: RecipientRow,
): Promise<AttemptRow[]> {
  const rows = await db
    .selectFrom('attempt')
    .select(['at', 'outcome', 'code', 'enhanced', 'reply'])
    .where('campaign_id', '=', campaignId)
    .where('contact_id', '=', row.contactId)
    .orderBy('number')
    .orderBy('at')
    .execute();
  const attempts = rows.map(({ at, outcome, code, enhanced, reply }) => ({
    at,
    outcome,
    reply: code === null ? null : { code, enhanced, text: reply ?? '' },
    text: code === null ? reply : null,
  }));
  const noted = attempts.some(({ outcome }) => outcome === row.state);
  if (row.state !== 'sent' || noted || row.settledAt === null || row.reply === null) return attempts;
  return [...attempts, { at: row.settledAt, outcome: 'sent', reply: row.reply, text: null }];
}

/** When it will be tried, by the planner, and what bounds it; `expected` null when nothing is going to leave as things are. */
async function readComing(
  db: Database,
  campaign: CampaignRow,
  row: RecipientRow,
  now: Instant,
): Promise<Pick<Facts, 'bounds' | 'expected'>> {
  if (row.state !== 'planned' && row.state !== 'deferred') return { bounds: noBounds, expected: null };
  const [{ answer, state, decision }, ahead, limitIndex] = await Promise.all([
    readDecidedPlan(db, campaign.id, now),
    countAhead(db, campaign.id, row),
    readLimitIndex(db, campaign.id, row.contactId),
  ]);
  const bounds = {
    window: windowOf(campaign, now),
    limit: limitOf(state.limited[limitIndex - 1], now),
    capacity:
      decision === null ? null : { heldBack: decision.kind === 'heldBack', sentence: decision.sentence },
  };
  const limit = limitIndex === 0 ? null : limitIndex - 1;
  return { bounds, expected: expectedOf(answer.step, state, row, { ahead, limit }) };
}

function expectedOf(
  step: PlanAnswer['step'],
  state: PlanState,
  row: RecipientRow,
  { ahead, limit }: { readonly ahead: number; readonly limit: number | null },
): ExpectedBatch | null {
  if (step.kind !== 'wait' && step.kind !== 'batch') return null;
  if (row.sendNowAt !== null) return { batch: singlesBatch, at: Math.max(state.now, step.batch.at) };
  if (row.nextAttemptAt === null) return expectBatch(state, { kind: 'planned', ahead, limit });
  return expectBatch(state, { kind: 'deferred', ahead, notBefore: row.nextAttemptAt.getTime() });
}

function windowOf(campaign: CampaignRow, now: Instant): Facts['bounds']['window'] {
  if (campaign.windows.length === 0 && campaign.holidays.length === 0) return null;
  const calendar = calendarOf(campaign);
  const opens = calendar.opensAt(now);
  const { time_zone: timeZone } = campaign;
  return opens > now
    ? { timeZone, opensAt: opens, closesAt: null }
    : { timeZone, opensAt: null, closesAt: calendar.closesAt(now) };
}

function limitOf(limited: LimitedDomain | undefined, now: Instant): Facts['bounds']['limit'] {
  if (limited === undefined) return null;
  const { domain, count, everyMs } = limited;
  const free = freeAt(limited, now);
  return { domain, count, everyMs, freeAt: free > now && Number.isFinite(free) ? free : null };
}

/** Deferred ones go by their due time, all others by position; each count is answered by a partial index. */
async function countAhead(
  db: Database,
  campaignId: string,
  { contactId, state, position, nextAttemptAt }: RecipientRow,
): Promise<number> {
  const { rows } = await (
    state === 'deferred'
      ? sql<{ n: number }>`select count(*) as n from delivery
          where campaign_id = ${campaignId} and state = 'deferred' and next_attempt_at < ${nextAttemptAt}`
      : sql<{ n: number }>`select count(*) as n from delivery
          where campaign_id = ${campaignId} and state = 'planned' and position < ${position}
            and limit_index = (select limit_index from delivery where campaign_id = ${campaignId} and contact_id = ${contactId})`
  ).execute(db);
  return rows[0]?.n ?? 0;
}

/** Which of the campaign's limits the recipient's domain has; 0 when none. */
async function readLimitIndex(db: Database, campaignId: string, contactId: string): Promise<number> {
  const row = await db
    .selectFrom('delivery')
    .select('limit_index')
    .where('campaign_id', '=', campaignId)
    .where('contact_id', '=', contactId)
    .executeTakeFirst();
  return row?.limit_index ?? 0;
}

async function readSuppression(db: Database, address: string, stream: string): Promise<Facts['suppression']> {
  const row = await db
    .selectFrom('suppression')
    .select(['at', 'reason', 'source'])
    .where('address', '=', address)
    .where((where) => where.or([where('stream', 'is', null), where('stream', '=', stream)]))
    .orderBy('at')
    .executeTakeFirst();
  return row === undefined ? null : { at: row.at.getTime(), reason: row.reason, source: row.source };
}

/** The latest act of this kind in force; of the one contact if one is given. */
async function readAct(
  db: Database,
  campaignId: string,
  action: 'cancel' | 'settle' | RecipientAction,
  contactId: string | null,
): Promise<Act | null> {
  let query = db
    .selectFrom('control')
    .select(['applied_at as at', 'by', 'reason'])
    .where('campaign_id', '=', campaignId)
    .where('action', '=', action)
    .where('applied_at', 'is not', null)
    .orderBy('applied_at', 'desc')
    .limit(1);
  if (contactId !== null) query = query.where(sql<boolean>`"from" ->> 'contactId' = ${contactId}`);
  const row = await query.executeTakeFirst();
  return row === undefined || row.at === null ? null : toAct({ ...row, at: row.at });
}

function toAct({
  at,
  by,
  reason,
}: {
  readonly at: Date;
  readonly by: string;
  readonly reason: string | null;
}): Act {
  return { at: at.getTime(), by, reason };
}

function instantOf(at: Date | null): Instant | null {
  return at === null ? null : at.getTime();
}
