import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defaultGuards,
  guardNames,
  holdingGuard,
  judgeGuards,
  type GuardFacts,
  type Guards,
} from '../../domain/guards.ts';

const minute = 60_000;
const nothing = { count: 0, among: 0 };
const quiet: GuardFacts = {
  now: 0,
  hardBounces: nothing,
  deferrals: nothing,
  complaints: nothing,
  overCapacityMs: null,
  lateMs: null,
};
const off: Guards = {
  hardBounces: null,
  complaints: null,
  deferrals: null,
  overCapacity: null,
  behindPlan: null,
};
const all: Guards = { ...defaultGuards, behindPlan: { byMs: 60 * minute } };
const levels = (facts: Partial<GuardFacts>, guards: Guards = all) =>
  judgeGuards(guards, { ...quiet, ...facts }).map(({ guard, level }) => `${guard} ${level}`);

const counted = fc
  .tuple(fc.nat(2_000), fc.nat(2_000))
  .map(([a, b]) => ({ count: Math.min(a, b), among: Math.max(a, b) }));
const duration = fc.option(fc.nat(10 * 86_400_000), { nil: null });
const anyFacts: fc.Arbitrary<GuardFacts> = fc.record({
  now: fc.nat(),
  hardBounces: counted,
  deferrals: counted,
  complaints: counted,
  overCapacityMs: duration,
  lateMs: duration,
});
const limit = fc.option(
  fc.record({
    share: fc.integer({ min: 1, max: 1_000 }).map((n) => n / 1_000),
    of: fc.integer({ min: 1, max: 2_000 }),
  }),
  { nil: null },
);
const anyGuards: fc.Arbitrary<Guards> = fc.record({
  hardBounces: limit,
  complaints: limit,
  deferrals: limit,
  overCapacity: fc.option(fc.record({ afterMs: fc.integer({ min: 1_000, max: 86_400_000 }) }), { nil: null }),
  behindPlan: fc.option(fc.record({ byMs: fc.integer({ min: 1_000, max: 86_400_000 }) }), { nil: null }),
});

describe('guards', () => {
  it('say value, threshold and what to check', () => {
    const [found] = judgeGuards(all, { ...quiet, hardBounces: { count: 12, among: 100 } });
    expect(found).toEqual({
      guard: 'hardBounces',
      level: 'hold',
      value: 0.12,
      threshold: 0.08,
      sentence: "hard bounces 12 of the last 100 (12 %), threshold 8 %: check the list's age and source",
    });
    const say = (facts: Partial<GuardFacts>) => judgeGuards(all, { ...quiet, ...facts })[0]?.sentence;
    expect(say({ complaints: { count: 3, among: 40 } })).toBe(
      'complaints 3 of 40 so far, counted as 1000 (0.3 %), threshold 0.3 %: check whether these people expect this mail, and whether they can easily end it',
    );
    expect(say({ overCapacityMs: 45 * minute })).toBe(
      'responses above the capacity for 45 min, threshold 30 min: check the staff at the desk; a smaller pace or a larger capacity helps',
    );
    expect(say({ lateMs: 90 * minute })).toContain('behind the plan by 1 h 30 min, threshold 1 h: ');
  });

  it('hold when the threshold is reached, and warn from a part of it on', () => {
    const bounces = (count: number, among = 100) => levels({ hardBounces: { count, among } });
    expect([bounces(3), bounces(4), bounces(7), bounces(8)]).toEqual([
      [],
      ['hardBounces warn'],
      ['hardBounces warn'],
      ['hardBounces hold'],
    ]);
    // 0.10 % and 0.30 %, as the large mailbox providers want it.
    const complaints = (count: number) => levels({ complaints: { count, among: 10_000 } });
    expect([complaints(9), complaints(10), complaints(29), complaints(30)]).toEqual([
      [],
      ['complaints warn'],
      ['complaints warn'],
      ['complaints hold'],
    ]);
    expect(levels({ deferrals: { count: 120, among: 200 } })).toEqual(['deferrals hold']);
    expect(levels({ overCapacityMs: 15 * minute })).toEqual(['overCapacity warn']);
    expect(levels({ lateMs: 60 * minute })).toEqual(['behindPlan hold']);
  });

  it('do not judge by the first few: what was not tried yet counts as good', () => {
    expect(levels({ hardBounces: { count: 1, among: 1 } })).toEqual([]);
    expect(levels({ hardBounces: { count: 8, among: 9 } })).toEqual(['hardBounces hold']);
    expect(levels({ complaints: { count: 1, among: 1 } })).toEqual(['complaints warn']);
  });

  it('are silent when they are off, when nothing happened, and for campaigns on time', () => {
    fc.assert(fc.property(anyFacts, (facts) => judgeGuards(off, facts).length === 0));
    fc.assert(fc.property(anyGuards, (guards) => judgeGuards(guards, { ...quiet, lateMs: 0 }).length === 0));
    expect(levels({ lateMs: 86_400_000 }, defaultGuards)).toEqual([]);
  });

  it('hold for each one that reaches its threshold, whatever the others say, and only then', () => {
    fc.assert(
      fc.property(anyGuards, anyFacts, (guards, facts) => {
        const found = judgeGuards(guards, facts);
        for (const { level, value, threshold } of found) expect(value >= threshold).toBe(level === 'hold');
        for (const name of guardNames) {
          const alone = judgeGuards({ ...off, [name]: guards[name] }, facts);
          expect(alone).toEqual(found.filter(({ guard }) => guard === name));
        }
        expect(holdingGuard(found)).toEqual(found.find(({ level }) => level === 'hold') ?? null);
      }),
    );
  });

  it('never let go when it gets worse', () => {
    const worse = ({ hardBounces: { count, among }, ...facts }: GuardFacts): GuardFacts => ({
      ...facts,
      hardBounces: { count: count + 1, among: Math.max(among, count + 1) },
      lateMs: facts.lateMs === null ? null : facts.lateMs + 1,
    });
    fc.assert(
      fc.property(anyGuards, anyFacts, (guards, facts) => {
        // One bad attempt more pushes one good one out of the window: among stays, unless the window still fills.
        fc.pre(facts.hardBounces.count < facts.hardBounces.among);
        const holds = (of: GuardFacts) =>
          judgeGuards(guards, of)
            .filter(({ level }) => level === 'hold')
            .map(({ guard }) => guard);
        expect(holds(worse(facts))).toEqual(expect.arrayContaining(holds(facts)));
      }),
    );
  });
});
