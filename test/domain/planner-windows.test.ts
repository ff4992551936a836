import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCalendar, type Calendar } from '../../domain/calendar.ts';
import { randomCalendar } from './random-calendar.ts';
import { SimulatedCampaign, type Happening, type Options } from './simulated-campaign.ts';

type Planned = Options & { readonly calendar: Calendar };

const hour = 3_600_000;
const pace = fc.record({
  size: fc.integer({ min: 1, max: 60 }),
  gapMs: fc.integer({ min: 1, max: 3_600 }).map((s) => s * 1_000),
});

/** Campaigns with windows and holidays, within days of a change of clocks, to which anything happens. */
const campaign: fc.Arbitrary<Planned> = randomCalendar
  .map(({ rules, at }) => ({ calendar: createCalendar(rules), at }))
  .filter(({ calendar, at }) => Number.isFinite(calendar.opensAt(at)))
  .chain(({ calendar, at: begins }) => {
    const later = (hours: number) =>
      fc.integer({ min: 0, max: hours * 3_600 }).map((s) => begins + s * 1_000);
    const happening: fc.Arbitrary<Happening> = fc.oneof(
      fc.record({ at: later(60), what: fc.constantFrom('pause' as const, 'resume' as const) }),
      fc.record({ at: later(60), what: fc.constant('setPace' as const), pace }),
      fc.record({
        at: later(60),
        what: fc.constant('outage' as const),
        lasts: fc.integer({ min: 1, max: 2 * hour }),
      }),
    );
    return fc.record({
      calendar: fc.constant(calendar),
      beginsAt: fc.constant(begins),
      startAt: later(24),
      recipients: fc.integer({ min: 1, max: 200 }),
      pace,
      happenings: fc
        .array(happening, { maxLength: 10 })
        .map((list) => [...list, { at: begins + 61 * hour, what: 'resume' as const }]),
      mailMs: fc.constantFrom(0, 20, 1_000, 20_000),
      defer: fc.constant(() => null),
    });
  });

/** Of the open time: what an outage or a pause takes away is not what a window does. */
function holds(check: (run: SimulatedCampaign, options: Planned) => void): void {
  fc.assert(
    fc.property(campaign, (options) => {
      const run = new SimulatedCampaign(options);
      expect(run.run(50_000), 'it ends').toBe(true);
      expect(run.settled).toBe(options.recipients);
      check(run, options);
    }),
    { numRuns: 150 },
  );
}

describe('whatever happens to a campaign with windows, around a change of clocks', () => {
  test('no batch begins outside a window, and none hands over a mail after its window has ended', () => {
    holds(({ starts }, { calendar, mailMs }) => {
      for (const { at, handed } of starts) {
        expect(calendar.opensAt(at)).toBe(at);
        // The last one is handed over one mail's time before the batch is free again.
        if (handed > 0) expect(at + (handed - 1) * mailMs).toBeLessThan(calendar.closesAt(at));
      }
    });
  });

  test('no new batch begins before the gap is over, and none is larger than the pace', () => {
    holds(({ starts }) => {
      for (const [i, start] of starts.entries()) {
        const before = starts[i - 1];
        if (before !== undefined && !start.continues)
          expect(start.at - before.at).toBeGreaterThanOrEqual(start.pace.gapMs);
        expect(start.handed).toBeLessThanOrEqual(start.pace.size);
      }
    });
  });

  test('what windows, pauses and outages hold back is not caught up: no more than a batch leaves in any gap', () => {
    holds(({ starts }) => {
      for (const [i, first] of starts.entries()) {
        let handed = 0;
        for (const start of starts.slice(i)) {
          if (start.pace !== first.pace || start.at >= first.at + first.pace.gapMs) break;
          handed += start.handed;
        }
        const changed = starts[i - 1]?.pace !== first.pace && first.continues;
        if (!changed) expect(handed).toBeLessThanOrEqual(first.pace.size);
      }
    });
  });

  test('a batch begins in the first moment at which a window, the gap and everything else allow it', () => {
    holds(({ starts }, { calendar }) => {
      for (const [i, { at, continues, pace, notBefore, retryAt, wokenAt }] of starts.entries()) {
        const before = starts[i - 1];
        const gap = before === undefined || continues ? 0 : before.at + pace.gapMs;
        expect(at).toBe(calendar.opensAt(Math.max(gap, notBefore, retryAt ?? 0, wokenAt)));
      }
    });
  });
});
