import { describe, expect, test } from 'vitest';
import type { Outcome, Reply } from '../../domain/outcome.ts';
import { settle, type Attempt, type DeferralPolicy } from '../../domain/settle.ts';

const minute = 60_000;
const hour = 60 * minute;
const policy: DeferralPolicy = {
  backoffMs: [5 * minute, 15 * minute, hour, 4 * hour, 6 * hour],
  limitMs: 48 * hour,
};
const at = Date.UTC(2026, 10, 22, 8);
const first: Attempt = { attempts: 1, firstAttemptAt: at, at };
const later: Reply = { code: 451, enhanced: '4.3.0', text: 'try later' };

test('an accepted mail is sent, with the relay’s words', () => {
  const reply = { code: 250, enhanced: '2.0.0', text: 'queued as 1' };
  expect(settle({ kind: 'accepted', reply }, first, policy)).toEqual({
    state: 'sent',
    reply,
    reason: null,
    nextAttemptAt: null,
  });
});

test('a refused mail has failed, with what the refusal is about', () => {
  const reply = { code: 550, enhanced: '5.1.1', text: 'no such user' };
  expect(settle({ kind: 'refused', stage: 'rcpt', reply }, first, policy)).toEqual({
    state: 'failed',
    reply,
    hard: true,
    reason: { code: 'userUnknown', text: 'no such user' },
    nextAttemptAt: null,
  });
});

test('a mail without an answer after its dot is in doubt and gets no next attempt', () => {
  expect(settle({ kind: 'unknown', text: 'connection lost' }, first, policy)).toEqual({
    state: 'inDoubt',
    reply: null,
    reason: { code: 'noReply', text: 'connection lost' },
    nextAttemptAt: null,
  });
});

test('a mail of which no byte was written goes back into the plan', () => {
  expect(settle({ kind: 'notSent', touched: false, text: 'withdrawn' }, first, policy)).toEqual({
    state: 'planned',
    reply: null,
    reason: null,
    nextAttemptAt: null,
  });
});

test('a mail that was begun and certainly not accepted is deferred with what happened', () => {
  expect(settle({ kind: 'notSent', touched: true, text: 'connection lost in DATA' }, first, policy)).toEqual({
    state: 'deferred',
    reply: null,
    reason: { code: 'deferred', text: 'connection lost in DATA' },
    nextAttemptAt: at + 5 * minute,
  });
});

describe('a temporary refusal', () => {
  const deferred: Outcome = { kind: 'deferred', stage: 'rcpt', reply: later };

  test.each([
    [1, 5 * minute],
    [2, 15 * minute],
    [3, hour],
    [4, 4 * hour],
    [5, 6 * hour],
    [6, 6 * hour],
    [20, 6 * hour],
  ])('is tried again, the %d. time after %d ms: the last pause repeats', (attempts, pauseMs) => {
    expect(settle(deferred, { attempts, firstAttemptAt: at, at }, policy)).toEqual({
      state: 'deferred',
      reply: later,
      reason: { code: 'deferred', text: 'try later' },
      nextAttemptAt: at + pauseMs,
    });
  });

  test('is given up when the next attempt would come after the limit, and says after how many', () => {
    const firstAttemptAt = at - 42 * hour;
    expect(settle(deferred, { attempts: 11, firstAttemptAt, at }, policy).state).toBe('deferred');
    expect(settle(deferred, { attempts: 11, firstAttemptAt: firstAttemptAt - 1, at }, policy)).toEqual({
      state: 'failed',
      reply: later,
      reason: { code: 'gaveUp', text: 'given up after 11 attempts: try later' },
      nextAttemptAt: null,
    });
  });

  test('ends within the limit, whatever the relay says for ever', () => {
    let attempts = 0;
    for (let now = at, ended = false; !ended;) {
      const { state, nextAttemptAt } = settle(
        deferred,
        { attempts: ++attempts, firstAttemptAt: at, at: now },
        policy,
      );
      ended = state === 'failed';
      expect(now - at).toBeLessThanOrEqual(policy.limitMs);
      now = nextAttemptAt ?? now;
    }
    expect(attempts).toBe(12);
  });
});
