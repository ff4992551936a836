import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alwaysOpen } from '../../domain/calendar.ts';
import { planSingles } from '../../domain/plan-singles.ts';

test('who is to leave at once leaves now, in a batch that is none of the others', () => {
  const state = { now: 100, retryAt: null, notBefore: 0, calendar: alwaysOpen };
  expect(planSingles(state, 0)).toBeNull();
  expect(planSingles(state, 3)).toEqual({
    kind: 'batch',
    batch: { number: 0, size: 3, at: 100, continues: false },
  });
});

test('and ends when the window closes', () => {
  const calendar = { ...alwaysOpen, closesAt: () => 500 };
  expect(planSingles({ now: 100, retryAt: null, notBefore: 0, calendar }, 1)).toMatchObject({
    batch: { at: 100, until: 500 },
  });
});

test('but never while the relay is left alone, nor outside a window', () => {
  const bound = fc.integer({ min: 0, max: 1_000 });
  fc.assert(
    fc.property(bound, fc.option(bound, { nil: null }), bound, bound, (now, retryAt, notBefore, opens) => {
      const calendar = { ...alwaysOpen, opensAt: (at: number): number => Math.max(at, opens) };
      const plan = planSingles({ now, retryAt, notBefore, calendar }, 1);
      if (plan === null || plan.kind === 'done') throw new Error('there is one to send');
      const { at } = plan.batch;
      expect(at).toBe(Math.max(now, retryAt ?? 0, notBefore, opens));
      expect(plan.kind).toBe(at > now ? 'wait' : 'batch');
    }),
  );
});
