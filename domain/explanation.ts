import { checksOf, type Check } from './explanation-checks.ts';
import type { Act, Bounds, Facts } from './explanation-facts.ts';
import { forcedBy } from './explanation-rules.ts';
import { describeAct, describeClosed, describeLimit, instant, tidy } from './explanation-words.ts';
import { isForcible } from './force.ts';
import type { Reply } from './outcome.ts';
import { singlesBatch } from './plan-singles.ts';

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
      return `Sent at ${instant(delivery.settledAt)}${inBatch}${forcedBy(facts.rules.force)}; the relay replied ${describeReply(reply)}.`;
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
      ? isCapped(delivery)
        ? `is put off until ${instant(delivery.nextAttemptAt)} because the person ${failure(null, delivery.reason)}`
        : `was tried ${delivery.attempts === 1 ? 'once' : `${delivery.attempts} times`} and is deferred until ${instant(delivery.nextAttemptAt)} because ${failure(delivery.reply, delivery.reason)}`
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
  const forced = forcedBy(facts.rules.force);
  if (isCapped(delivery))
    return `Will get it ${when}: the person ${failure(null, delivery.reason)} until ${instant(delivery.nextAttemptAt)}${forced}.`;
  return again === null
    ? `Will get it ${when}${settled}, at position ${delivery.position}${movedBy(facts.move)}${forced}.`
    : `${capital(again)}; the next attempt is ${when}.`;
}

/** Put off by a frequency cap, not by the relay. */
function isCapped({ state, reason }: Facts['delivery']): boolean {
  return state === 'deferred' && reason?.code === 'frequencyCap';
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
  if (campaign.state === 'draft') return 'not before the campaign is started';
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
  if (reason.code === 'suppressed') return `the address is suppressed, ${tidy(reason.text)}`;
  return isForcible(reason.code)
    ? `${tidy(reason.text)}; force it to send it all the same`
    : tidy(reason.text);
}

function times(attempts: number): string {
  return attempts === 1 ? '1 attempt' : `${attempts} attempts`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
