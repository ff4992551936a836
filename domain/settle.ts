import type { DeliveryState } from './delivery-state.ts';
import type { Instant } from './instant.ts';
import type { Outcome, Reply } from './outcome.ts';
import { classifyReply } from './smtp-reply.ts';

/** How deferred mails are tried again: pauses between attempts (the last one repeats) until the limit is over. */
export interface DeferralPolicy {
  readonly backoffMs: readonly number[];
  readonly limitMs: number;
}

/** What an outcome makes of a delivery. Null fields are cleared. */
export interface Settlement {
  readonly state: Extract<DeliveryState, 'sent' | 'failed' | 'deferred' | 'inDoubt' | 'planned' | 'skipped'>;
  readonly reply: Reply | null;
  readonly reason: { readonly code: string; readonly text: string } | null;
  readonly nextAttemptAt: Instant | null;
  /** The address will never take mail: what the guard of hard bounces counts. */
  readonly hard?: true;
}

export interface Attempt {
  /** How many attempts were made, this one included. */
  readonly attempts: number;
  readonly firstAttemptAt: Instant;
  /** When this one ended. */
  readonly at: Instant;
}

/** The one rule from what the wire saw to what the ledger says. */
export function settle(outcome: Outcome, attempt: Attempt, policy: DeferralPolicy): Settlement {
  switch (outcome.kind) {
    case 'accepted':
      return { state: 'sent', reply: outcome.reply, reason: null, nextAttemptAt: null };
    case 'refused': {
      const { code, hard } = classifyReply(outcome.reply, outcome.stage);
      return {
        state: 'failed',
        reply: outcome.reply,
        reason: { code, text: outcome.reply.text },
        nextAttemptAt: null,
        ...(hard ? { hard } : {}),
      };
    }
    case 'deferred':
      return defer(outcome.reply, outcome.reply.text, attempt, policy);
    case 'notSent':
      return outcome.touched
        ? defer(null, outcome.text, attempt, policy)
        : { state: 'planned', reply: null, reason: null, nextAttemptAt: null };
    case 'unknown':
      return {
        state: 'inDoubt',
        reply: null,
        reason: { code: 'noReply', text: outcome.text },
        nextAttemptAt: null,
      };
  }
}

function defer(reply: Reply | null, text: string, attempt: Attempt, policy: DeferralPolicy): Settlement {
  const { attempts, firstAttemptAt, at } = attempt;
  const step = policy.backoffMs[Math.min(attempts, policy.backoffMs.length) - 1] ?? 0;
  const nextAttemptAt = at + step;
  if (nextAttemptAt - firstAttemptAt > policy.limitMs)
    return {
      state: 'failed',
      reply,
      reason: { code: 'gaveUp', text: `given up after ${attempts} attempts: ${text}` },
      nextAttemptAt: null,
    };
  return { state: 'deferred', reply, reason: { code: 'deferred', text }, nextAttemptAt };
}
