import fc from 'fast-check';
import { expect, test } from 'vitest';
import { campaignStates } from '../../domain/campaign-state.ts';
import { deliveryStates, mayBecome } from '../../domain/delivery-state.ts';
import { judgeRecipientAct, recipientActions, type RecipientFacts } from '../../domain/recipient-act.ts';

const anyFacts: fc.Arbitrary<RecipientFacts> = fc.record({
  now: fc.constant(1_000),
  campaign: fc.constantFrom(...campaignStates),
  delivery: fc.option(
    fc.record({
      state: fc.constantFrom(...deliveryStates),
      isLast: fc.boolean(),
      leavesNow: fc.boolean(),
      nextAttemptAt: fc.option(fc.nat(), { nil: null }),
      isPutOff: fc.boolean(),
    }),
    { nil: null },
  ),
  mainGateOpen: fc.boolean(),
  opensAt: fc.constantFrom(1_000, 5_000, Infinity),
  isSuppressed: fc.boolean(),
  trouble: fc.option(fc.constant({ code: 'relayUnreachable', since: 500 }), { nil: null }),
});

test('an act comes into force only where the ledger allows it, and never in a campaign that has ended', () => {
  fc.assert(
    fc.property(fc.constantFrom(...recipientActions), anyFacts, (action, facts) => {
      if (judgeRecipientAct(action, facts) !== 'apply') return;
      const state = facts.delivery?.state ?? 'sent';
      expect(['scheduled', 'running', 'paused', 'held']).toContain(facts.campaign);
      if (action === 'skip') expect(mayBecome(state, 'skipped')).toBe(true);
      if (action === 'sendNow') expect(mayBecome(state, 'sending')).toBe(true);
      if (action === 'moveToEnd') expect(state).toBe('planned');
    }),
  );
});

test('nobody is sent a mail at once while anything stands against it, and every refusal says what', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const verdict = judgeRecipientAct('sendNow', facts);
      if (verdict === 'apply')
        expect(facts).toMatchObject({
          campaign: 'running',
          mainGateOpen: true,
          opensAt: facts.now,
          isSuppressed: false,
          trouble: null,
        });
      const { isPutOff = false, nextAttemptAt = 0 } = facts.delivery ?? {};
      if (verdict === 'apply' && isPutOff) expect(nextAttemptAt ?? 0).toBeLessThanOrEqual(facts.now);
      if (typeof verdict === 'object')
        expect('detail' in verdict && verdict.detail.length).toBeGreaterThan(20);
    }),
  );
  const free: RecipientFacts = {
    now: 1_000,
    campaign: 'running',
    delivery: { state: 'planned', isLast: false, leavesNow: false, nextAttemptAt: null },
    mainGateOpen: true,
    opensAt: 1_000,
    isSuppressed: false,
    trouble: null,
  };
  const why = (change: Partial<RecipientFacts>): unknown => {
    const verdict = judgeRecipientAct('sendNow', { ...free, ...change });
    return typeof verdict === 'object' && 'detail' in verdict ? verdict.detail : verdict;
  };
  expect(why({})).toBe('apply');
  expect(why({ campaign: 'paused' })).toBe('the campaign is paused: nothing leaves; resume it, then send');
  expect(why({ mainGateOpen: false })).toBe('the main gate is closed: nothing leaves; open it, then send');
  expect(why({ opensAt: 3_600_000 })).toBe(
    'outside the sending windows nothing leaves; they open at 1970-01-01T01:00:00Z',
  );
  expect(why({ isSuppressed: true })).toBe(
    'the address is suppressed and not to be mailed; its explanation says why',
  );
  expect(why({ trouble: { code: 'relayUnreachable', since: 0 } })).toContain('the relay takes no mails');
});
