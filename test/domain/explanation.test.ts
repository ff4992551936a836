import { describe, expect, it } from 'vitest';
import { alwaysOpen } from '../../domain/calendar.ts';
import { expectBatch } from '../../domain/expected-batch.ts';
import { noBounds, type Facts } from '../../domain/explanation-facts.ts';
import type { Rules } from '../../domain/explanation-rules.ts';
import { explain } from '../../domain/explanation.ts';
import type { PlanState } from '../../domain/planner.ts';

const at = (text: string): number => Date.parse(`2026-12-01T${text}Z`);

const rules: Rules = {
  consent: { everybodyBecause: 'operational notice', ordered: false, proof: null },
  documents: null,
  template: null,
  cap: null,
  force: null,
};

const planned: Facts = {
  now: at('08:00:00'),
  campaign: { state: 'running', snapshotAt: at('07:00:00') },
  delivery: {
    state: 'planned',
    position: 320,
    batch: null,
    attempts: 0,
    sendingAt: null,
    settledAt: null,
    nextAttemptAt: null,
    sendNowAt: null,
    reply: null,
    reason: null,
  },
  suppression: null,
  pause: null,
  mainGate: null,
  cancellation: null,
  settlement: null,
  skip: null,
  sendNow: null,
  move: null,
  trouble: null,
  rules,
  bounds: noBounds,
  expected: { batch: 7, at: at('09:00:00') },
};
const say = (facts: Partial<Facts>, delivery: Partial<Facts['delivery']> = {}): string =>
  explain({ ...planned, ...facts, delivery: { ...planned.delivery, ...delivery } }).sentence;
const act = { at: at('07:30:00'), by: 'Ada', reason: 'the help desk is full.' };
const pause = { ...act, resumeAt: null };
const ok = { code: 250, enhanced: '2.0.0', text: 'queued as 4711' };
const later = { code: 451, enhanced: '4.7.1', text: 'greylisted,\r\ncome again' };

describe('the explanation of one recipient', () => {
  it('says when a planned mail will go, and at which place', () => {
    expect(say({})).toBe('Will get it in batch 7 at about 2026-12-01T09:00:00Z, at position 320.');
    expect(say({ expected: null })).toBe('Is planned at position 320; no batch for it is planned yet.');
  });

  it('says what bounds the batches: windows, the limit of the domain, and the responses', () => {
    const bounds = {
      window: { timeZone: 'Europe/Berlin', opensAt: at('09:00:00'), closesAt: null },
      limit: { domain: 'gmail.com', count: 20, everyMs: 600_000, freeAt: at('08:07:00') },
      capacity: { heldBack: true, sentence: 'held back: 28 of 30 open, 6 more expected within the hour' },
    };
    expect(say({ bounds })).toBe(
      'Will get it in batch 7 at about 2026-12-01T09:00:00Z (no window is open, the next one opens at 2026-12-01T09:00:00Z ' +
        '(Europe/Berlin); gmail.com gets at most 20 every 10 min, and has had them until 2026-12-01T08:07:00Z; ' +
        'held back: 28 of 30 open, 6 more expected within the hour), at position 320.',
    );
    const { checks } = explain({ ...planned, bounds });
    expect(checks.slice(-3).map(({ check, passed }) => [check, passed])).toEqual([
      ['window', false],
      ['limit', false],
      ['capacity', false],
    ]);
    const free = {
      window: { timeZone: 'UTC', opensAt: null, closesAt: at('17:00:00') },
      limit: { ...bounds.limit, freeAt: null },
      capacity: { heldBack: false, sentence: 'room for 50: 3 of 30 open, 6 more expected within the hour' },
    };
    expect(say({ bounds: free })).toBe(say({}));
    expect(explain({ ...planned, bounds: free }).checks.slice(-3)).toEqual([
      { check: 'window', passed: true, evidence: 'a window is open until 2026-12-01T17:00:00Z (UTC)' },
      {
        check: 'limit',
        passed: true,
        evidence: 'gmail.com gets at most 20 every 10 min, which leaves room now',
      },
      { check: 'capacity', passed: true, evidence: free.capacity.sentence },
    ]);
  });

  it('says who stands in the way while the campaign is paused or held or the main gate is closed', () => {
    expect(say({ campaign: { state: 'paused', snapshotAt: null }, pause, expected: null })).toBe(
      'Waits: not before the campaign is resumed (paused by Ada at 2026-12-01T07:30:00Z: the help desk is full).',
    );
    expect(
      say({
        campaign: { state: 'held', snapshotAt: null },
        pause: { ...pause, reason: null },
        expected: null,
      }),
    ).toBe('Waits: not before the campaign is resumed (held by Ada at 2026-12-01T07:30:00Z).');
    expect(say({ mainGate: act, expected: null })).toBe(
      'Waits: not before the main gate is opened (closed by Ada at 2026-12-01T07:30:00Z: the help desk is full).',
    );
  });

  it('says when a pause ends by itself, and which guard has held the campaign for what', () => {
    const paused = { campaign: { state: 'paused', snapshotAt: null }, expected: null } as const;
    expect(say({ ...paused, pause: { ...pause, resumeAt: at('12:00:00') } })).toBe(
      'Waits: not before the campaign is resumed, which it does by itself at 2026-12-01T12:00:00Z (paused by Ada at 2026-12-01T07:30:00Z: the help desk is full).',
    );
    const reason = "hard bounces 12 of the last 100 (12 %), threshold 8 %: check the list's age and source";
    const held = { ...pause, by: 'guard:hardBounces', reason };
    expect(say({ campaign: { state: 'held', snapshotAt: null }, pause: held, expected: null })).toBe(
      `Waits: not before the campaign is resumed (held by guard:hardBounces at 2026-12-01T07:30:00Z: ${reason}).`,
    );
  });

  it('says who took somebody out, wanted a mail to leave at once, moved it to the end', () => {
    const who = 'by Ada at 2026-12-01T07:30:00Z: the help desk is full';
    const skipped = {
      state: 'skipped',
      settledAt: at('08:00:00'),
      reason: { code: 'skippedByPerson', text: 'taken out by a person' },
    } as const;
    expect(say({ skip: act }, skipped)).toBe(`Skipped at 2026-12-01T08:00:00Z: taken out ${who}.`);
    const single = { sendNow: act, expected: { batch: 0, at: at('08:00:00') } };
    const asked = { sendNowAt: at('07:30:00') };
    expect(say(single, asked)).toBe(`Leaves at once out of turn (wanted ${who}).`);
    expect(say({ ...single, expected: { batch: 0, at: at('09:00:00') } }, asked)).toBe(
      `Leaves at about 2026-12-01T09:00:00Z out of turn (wanted ${who}).`,
    );
    expect(say({ ...single, mainGate: { ...act, reason: null }, expected: null }, asked)).toBe(
      `Waits: not before the main gate is opened (closed by Ada at 2026-12-01T07:30:00Z); then it leaves at once out of turn (wanted ${who}).`,
    );
    const left = { state: 'sent', batch: 0, settledAt: at('08:00:00'), reply: ok } as const;
    expect(say(single, left)).toBe(
      `Sent at 2026-12-01T08:00:00Z out of turn (wanted ${who}); the relay replied 250 2.0.0 queued as 4711.`,
    );
    expect(say({ move: act })).toBe(
      `Will get it in batch 7 at about 2026-12-01T09:00:00Z, at position 320 (moved to the end ${who}).`,
    );
  });

  it('says why a deferred mail waits and when it is tried again', () => {
    const deferred = { state: 'deferred', attempts: 1, reply: later, nextAttemptAt: at('08:05:00') } as const;
    expect(say({}, deferred)).toBe(
      'Was tried once and is deferred until 2026-12-01T08:05:00Z because the relay replied 451 4.7.1 greylisted, come again; ' +
        'the next attempt is in batch 7 at about 2026-12-01T09:00:00Z.',
    );
  });

  it('says what the relay replied to a sent and to a failed mail', () => {
    const settled = { batch: 3, attempts: 2, settledAt: at('07:40:00') };
    expect(say({}, { ...settled, state: 'sent', reply: ok })).toBe(
      'Sent at 2026-12-01T07:40:00Z in batch 3; the relay replied 250 2.0.0 queued as 4711.',
    );
    const refused = { code: 550, enhanced: '5.1.1', text: 'no such user.' };
    expect(
      say(
        {},
        {
          ...settled,
          state: 'failed',
          reply: refused,
          reason: { code: 'userUnknown', text: 'no such user.' },
        },
      ),
    ).toBe(
      'Failed at 2026-12-01T07:40:00Z in batch 3 after 2 attempts: the relay replied 550 5.1.1 no such user.',
    );
    expect(
      say({}, { ...settled, state: 'failed', reply: later, reason: { code: 'gaveUp', text: 'given up' } }),
    ).toContain('it was given up; the last reply was 451');
  });

  it('says who decided about what was skipped, cancelled or settled', () => {
    const reason = { code: 'suppressed', text: 'complaint (provider, 2026-11-02)' };
    expect(say({}, { state: 'skipped', settledAt: at('07:40:00'), reason })).toBe(
      'Skipped at 2026-12-01T07:40:00Z: the address is suppressed, complaint (provider, 2026-11-02).',
    );
    expect(say({ cancellation: act }, { state: 'cancelled' })).toBe(
      'Cancelled before it was handed over: the campaign was cancelled by Ada at 2026-12-01T07:30:00Z: the help desk is full.',
    );
    expect(say({ settlement: act }, { state: 'sent' })).toBe(
      'Counts as sent: Ada settled it at 2026-12-01T07:30:00Z (the help desk is full).',
    );
  });

  it('says what is known of one in doubt and how it ends', () => {
    const inDoubt = {
      state: 'inDoubt',
      batch: 3,
      sendingAt: at('07:20:00'),
      settledAt: at('07:21:00'),
    } as const;
    expect(say({}, inDoubt)).toMatch(
      /^In doubt since 2026-12-01T07:21:00Z: .* in batch 3 .*until a person settles it as sent or not sent\.$/,
    );
  });

  it('checks gates only while something can still leave, and shows a suppression with its evidence', () => {
    const suppression = { at: at('01:00:00'), reason: 'unsubscribed', source: 'link' };
    const names = (facts: Facts): string[] =>
      explain(facts).checks.map(({ check, passed }) => `${check} ${passed}`);
    expect(names({ ...planned, suppression, pause })).toEqual([
      'audience true',
      'suppression false',
      'consent true',
      'campaignGate false',
      'mainGate true',
      'relay true',
    ]);
    expect(names({ ...planned, delivery: { ...planned.delivery, state: 'sent' } })).toEqual([
      'audience true',
      'suppression true',
      'consent true',
    ]);
  });
});

describe('the expected batch', () => {
  const plan: PlanState = {
    now: at('08:00:00'),
    pace: { size: 50, gapMs: 1_200_000 },
    notBefore: 0,
    notBeforeReason: 'resumed',
    latestStart: at('07:50:00'),
    lastBatch: 2,
    interrupted: null,
    retryAt: null,
    planned: 120,
    deferredAt: [],
    calendar: alwaysOpen,
    ramp: null,
    jitter: null,
    limited: [],
    room: null,
  };

  it('follows the planner, batch by batch', () => {
    const expected = [0, 49, 50, 119].map((ahead) =>
      expectBatch(plan, { kind: 'planned', limit: null, ahead }),
    );
    expect(expected).toEqual([
      { batch: 3, at: at('08:10:00') },
      { batch: 3, at: at('08:10:00') },
      { batch: 4, at: at('08:30:00') },
      { batch: 5, at: at('08:50:00') },
    ]);
    expect(expectBatch(plan, { kind: 'planned', limit: null, ahead: 120 })).toBeNull();
  });

  it('lets due deferred mails go first and never before their time', () => {
    const deferredAt = [at('08:05:00'), at('08:45:00')];
    const state = { ...plan, deferredAt };
    expect(expectBatch(state, { kind: 'planned', limit: null, ahead: 49 })).toEqual({
      batch: 4,
      at: at('08:30:00'),
    });
    expect(expectBatch(state, { kind: 'deferred', ahead: 1, notBefore: at('08:45:00') })).toEqual({
      batch: 5,
      at: at('08:50:00'),
    });
    const alone = { ...plan, planned: 0, deferredAt: [at('12:00:00')] };
    expect(expectBatch(alone, { kind: 'deferred', ahead: 0, notBefore: at('12:00:00') })).toEqual({
      batch: 3,
      at: at('12:00:00'),
    });
  });
});
