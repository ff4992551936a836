import type { CampaignState } from './campaign-state.ts';
import type { DeliveryState } from './delivery-state.ts';
import type { Instant } from './instant.ts';
import type { Reply } from './outcome.ts';
import { describeGap } from './pace.ts';
import { singlesBatch } from './plan-singles.ts';

/** Everything that is known about one person in one campaign at `now`. */
export interface Facts {
  readonly now: Instant;
  readonly campaign: { readonly state: CampaignState; readonly snapshotAt: Instant | null };
  readonly delivery: {
    readonly state: DeliveryState;
    readonly position: number;
    readonly batch: number | null;
    readonly attempts: number;
    readonly sendingAt: Instant | null;
    readonly settledAt: Instant | null;
    readonly nextAttemptAt: Instant | null;
    /** To leave at once, out of turn, and not gone yet. */
    readonly sendNowAt: Instant | null;
    readonly reply: Reply | null;
    readonly reason: { readonly code: string; readonly text: string } | null;
  };
  readonly suppression: { readonly at: Instant; readonly reason: string; readonly source: string } | null;
  /** The pause or hold in force. */
  readonly pause: (Act & { readonly resumeAt: Instant | null }) | null;
  /** Who closed the main gate; null while it is open. */
  readonly mainGate: Act | null;
  readonly cancellation: Act | null;
  /** Who settled this delivery when it was in doubt. */
  readonly settlement: Act | null;
  /** Who took this recipient out, wanted the mail to leave at once, moved it to the end: the latest act of each kind. */
  readonly skip: Act | null;
  readonly sendNow: Act | null;
  readonly move: Act | null;
  /** The relay as a whole refuses everything. */
  readonly trouble: { readonly since: Instant; readonly code: string; readonly text: string } | null;
  /** What bounds the batches of the campaign at `now`; of a mail that has not gone. */
  readonly bounds: Bounds;
  readonly expected: { readonly batch: number; readonly at: Instant } | null;
}

/** Each null where the campaign has no such rule, or where the mail has gone. */
export interface Bounds {
  /** Windows and holidays: `opensAt` null while they are open, `closesAt` null while they are closed; Infinity for never. */
  readonly window: {
    readonly timeZone: string;
    readonly opensAt: Instant | null;
    readonly closesAt: Instant | null;
  } | null;
  /** The limit of this recipient's domain; `freeAt` null while it leaves room. */
  readonly limit: {
    readonly domain: string;
    readonly count: number;
    readonly everyMs: number;
    readonly freeAt: Instant | null;
  } | null;
  /** What the responses allow, in the words of the decision. */
  readonly capacity: { readonly heldBack: boolean; readonly sentence: string } | null;
}

export const noBounds: Bounds = { window: null, limit: null, capacity: null };

export interface Act {
  readonly at: Instant;
  readonly by: string;
  readonly reason: string | null;
}

interface Check {
  readonly check:
    | 'audience'
    | 'suppression'
    | 'campaignGate'
    | 'mainGate'
    | 'relay'
    | 'window'
    | 'limit'
    | 'capacity';
  readonly passed: boolean;
  readonly evidence: string;
}

export interface Explanation {
  readonly sentence: string;
  readonly checks: readonly Check[];
}

/** One sentence that says what became or will become of this person's mail and why, and the checks behind it. Pure. */
export function explain(facts: Facts): Explanation {
  return { sentence: sentenceOf(facts), checks: checksOf(facts) };
}

function sentenceOf(facts: Facts): string {
  const { delivery, settlement } = facts;
  const { state, batch, reply, reason } = delivery;
  const inBatch = batch === null ? '' : batch === singlesBatch ? outOfTurn(facts) : ` in batch ${batch}`;
  switch (state) {
    case 'planned':
    case 'deferred':
      return waiting(facts);
    case 'sending':
      return `Is being handed over to the relay${inBatch} since ${instant(delivery.sendingAt)}; its outcome is not recorded yet.`;
    case 'sent':
      if (settlement !== null && reply === null) return `Counts as sent: ${settledBy(settlement)}.`;
      return `Sent at ${instant(delivery.settledAt)}${inBatch}; the relay replied ${describeReply(reply)}.`;
    case 'failed':
      return `Failed at ${instant(delivery.settledAt)}${inBatch} after ${times(delivery.attempts)}: ${failure(reply, reason)}.`;
    case 'skipped':
      return `Skipped at ${instant(delivery.settledAt)}: ${describeSkip(facts)}.`;
    case 'cancelled':
      return cancelled(facts);
    case 'inDoubt':
      return (
        `In doubt since ${instant(delivery.settledAt ?? delivery.sendingAt)}: the mail may have reached the relay${inBatch} ` +
        `(handed over from ${instant(delivery.sendingAt)} on), but its reply was never recorded` +
        `${reason === null ? '' : ` (${reason.text})`}; it is not sent again until a person settles it as sent or not sent.`
      );
  }
}

/** Planned or deferred: what it waits for, the nearest hindrance first. */
function waiting(facts: Facts): string {
  const { delivery, expected } = facts;
  const closed = hindrance(facts);
  const again =
    delivery.state === 'deferred' && delivery.nextAttemptAt !== null
      ? `was tried ${delivery.attempts === 1 ? 'once' : `${delivery.attempts} times`} and is deferred until ${instant(delivery.nextAttemptAt)} because ${failure(delivery.reply, delivery.reason)}`
      : null;
  const singly = delivery.sendNowAt === null ? '' : `; then it leaves at once${outOfTurn(facts)}`;
  if (closed !== null)
    return `${again === null ? 'Waits' : `${capital(again)}, and waits`}: ${closed}${singly}.`;
  if (delivery.sendNowAt !== null && expected !== null)
    return `Leaves ${expected.at <= facts.now ? 'at once' : `at about ${instant(expected.at)}`}${outOfTurn(facts)}.`;
  const settled = facts.settlement === null ? '' : ` (back in the plan: ${settledBy(facts.settlement)})`;
  if (expected === null)
    return `${capital(again ?? `is planned at position ${delivery.position}`)}${settled}; no batch for it is planned yet.`;
  const when = `in batch ${expected.batch} at about ${instant(expected.at)}${boundBy(facts.bounds)}`;
  return again === null
    ? `Will get it ${when}${settled}, at position ${delivery.position}${movedBy(facts.move)}.`
    : `${capital(again)}; the next attempt is ${when}.`;
}

/** What makes it later than the pace alone would. */
function boundBy({ window, limit, capacity }: Bounds): string {
  const closed = window === null || window.opensAt === null ? null : describeClosed(window);
  const used = limit === null || limit.freeAt === null ? null : describeLimit(limit);
  const held = capacity === null || !capacity.heldBack ? null : capacity.sentence;
  const reasons = [closed, used, held].filter((reason) => reason !== null);
  return reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
}

/** What must be changed by somebody before anything leaves; null when only time must pass. */
function hindrance({ pause, mainGate, trouble, campaign, expected }: Facts): string | null {
  if (campaign.state === 'cancelling') return 'the campaign is being cancelled, it will not be sent';
  if (pause !== null) {
    const how = campaign.state === 'held' ? 'held' : 'paused';
    const byItself = pause.resumeAt === null ? '' : `, which it does by itself at ${instant(pause.resumeAt)}`;
    return `not before the campaign is resumed${byItself} (${how} ${describeAct(pause)})`;
  }
  if (mainGate !== null) return `not before the main gate is opened (closed ${describeAct(mainGate)})`;
  if (trouble !== null && expected === null)
    return `not before the relay takes mails again (${trouble.code} since ${instant(trouble.since)}: ${tidy(trouble.text)})`;
  return null;
}

function cancelled({ cancellation, settlement }: Facts): string {
  if (cancellation === null) return 'Cancelled before it was handed over.';
  const settled = settlement === null ? '' : `; before, it was in doubt and ${settledBy(settlement)}`;
  return `Cancelled before it was handed over: the campaign was cancelled ${describeAct(cancellation)}${settled}.`;
}

function checksOf(facts: Facts): Check[] {
  const { delivery, campaign, suppression } = facts;
  const checks: Check[] = [
    {
      check: 'audience',
      passed: true,
      evidence: `position ${delivery.position} of the audience frozen ${campaign.snapshotAt === null ? 'at the start' : `at ${instant(campaign.snapshotAt)}`}`,
    },
    {
      check: 'suppression',
      passed: suppression === null,
      evidence:
        suppression === null
          ? 'the address is not suppressed'
          : `suppressed since ${instant(suppression.at)}: ${suppression.reason} (${suppression.source})`,
    },
  ];
  return isOpen(delivery.state) ? [...checks, ...gateChecks(facts)] : checks;
}

/** Windows, limits and responses, where the campaign has them. */
function boundChecks({ window, limit, capacity }: Bounds): Check[] {
  const checks: Check[] = [];
  if (window !== null)
    checks.push({
      check: 'window',
      passed: window.opensAt === null,
      evidence:
        window.opensAt === null
          ? `a window is open${until(window.closesAt)} (${window.timeZone})`
          : describeClosed(window),
    });
  if (limit !== null)
    checks.push({ check: 'limit', passed: limit.freeAt === null, evidence: describeLimit(limit) });
  if (capacity !== null)
    checks.push({ check: 'capacity', passed: !capacity.heldBack, evidence: capacity.sentence });
  return checks;
}

function until(closesAt: Instant | null): string {
  return closesAt === null || !Number.isFinite(closesAt) ? '' : ` until ${instant(closesAt)}`;
}

function describeClosed({ opensAt, timeZone }: NonNullable<Bounds['window']>): string {
  const opens =
    opensAt === null || !Number.isFinite(opensAt)
      ? 'none opens any more'
      : `the next one opens at ${instant(opensAt)}`;
  return `no window is open, ${opens} (${timeZone})`;
}

function describeLimit({ domain, count, everyMs, freeAt }: NonNullable<Bounds['limit']>): string {
  const rule = `${domain} gets at most ${count} every ${describeGap(everyMs)}`;
  return freeAt === null
    ? `${rule}, which leaves room now`
    : `${rule}, and has had them until ${instant(freeAt)}`;
}

/** Only of interest while something can still leave. */
function gateChecks({ pause, mainGate, trouble, bounds }: Facts): Check[] {
  return [
    {
      check: 'campaignGate',
      passed: pause === null,
      evidence: pause === null ? 'the gate of the campaign is open' : `closed ${describeAct(pause)}`,
    },
    {
      check: 'mainGate',
      passed: mainGate === null,
      evidence: mainGate === null ? 'the main gate is open' : `closed ${describeAct(mainGate)}`,
    },
    {
      check: 'relay',
      passed: trouble === null,
      evidence:
        trouble === null
          ? 'the relay had no trouble at the last attempt'
          : `${trouble.code} since ${instant(trouble.since)}: ${tidy(trouble.text)}`,
    },
    ...boundChecks(bounds),
  ];
}

function isOpen(state: DeliveryState): boolean {
  return state === 'planned' || state === 'deferred' || state === 'sending';
}

function describeAct({ at, by, reason }: Act): string {
  return `by ${by} at ${instant(at)}${reason === null || reason === '' ? '' : `: ${tidy(reason)}`}`;
}

/** Who wanted a mail to leave before its turn. */
function outOfTurn({ sendNow }: Facts): string {
  return ` out of turn${sendNow === null ? '' : ` (wanted ${describeAct(sendNow)})`}`;
}

function movedBy(move: Act | null): string {
  return move === null ? '' : ` (moved to the end ${describeAct(move)})`;
}

function settledBy({ at, by, reason }: Act): string {
  return `${by} settled it at ${instant(at)}${reason === null ? '' : ` (${tidy(reason)})`}`;
}

function describeReply(reply: Reply | null): string {
  if (reply === null) return 'with nothing that was recorded';
  return [String(reply.code), reply.enhanced, tidy(reply.text)]
    .filter((part) => part !== null && part !== '')
    .join(' ');
}

function failure(reply: Reply | null, reason: Facts['delivery']['reason']): string {
  if (reply !== null) {
    const gaveUp = reason?.code === 'gaveUp' ? 'it was given up; the last reply was ' : 'the relay replied ';
    return `${gaveUp}${describeReply(reply)}`;
  }
  return reason === null ? 'no reason was recorded' : tidy(reason.text);
}

function describeSkip({ delivery: { reason }, skip }: Facts): string {
  if (reason?.code === 'skippedByPerson' && skip !== null) return `taken out ${describeAct(skip)}`;
  if (reason === null) return 'no reason was recorded';
  return reason.code === 'suppressed' ? `the address is suppressed, ${tidy(reason.text)}` : tidy(reason.text);
}

/** Replies and reasons come from outside: one line, without a full stop of their own. */
function tidy(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
}

function times(attempts: number): string {
  return attempts === 1 ? '1 attempt' : `${attempts} attempts`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function instant(at: Instant | null): string {
  return at === null ? 'an unknown time' : new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
