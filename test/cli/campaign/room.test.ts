import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  pressKey,
  quietRoom,
  receiveAnswer,
  receivePreview,
  type Effect,
  type Room,
} from '../../../cli/campaign/room.ts';
import { stepPace } from '../../../cli/campaign/step-pace.ts';
import type { WatchView } from '../../../cli/campaign/watch-view.ts';
import { campaignStates } from '../../../domain/campaign-state.ts';
import { refusePace } from '../../../domain/pace.ts';
import { sampleAct, sampleCampaign, sampleForecast, sampleView } from './sample.ts';

const enter = '\r';
const escape = '\u001b';

/** The room after these keys, and every effect they had. */
function press(keys: string, view: WatchView = sampleView(), from: Room = quietRoom) {
  let room = from;
  const effects: Effect[] = [];
  for (const key of keys) {
    const step = pressKey(room, key, view);
    room = step.room;
    if (step.effect !== null) effects.push(step.effect);
  }
  return { room, effects };
}

const paused = sampleView({ campaign: sampleCampaign({ state: 'paused', version: 9 }) });
const held = sampleView({ campaign: sampleCampaign({ state: 'held', version: 9 }) });

function withAnswer(room: Room): Room {
  if (room.mode.kind !== 'pacing') throw new Error(`no pace is tried: ${room.mode.kind}`);
  const { size, gapMs } = room.mode.pace;
  const pace = { size, every: `${gapMs / 60_000}m` };
  return receivePreview(room, pace, { today: sampleForecast(), changed: sampleForecast({ pace }) });
}

describe('pausing', () => {
  it('needs no reason: p and Enter', () => {
    const { room, effects } = press(`p${enter}`);
    expect(effects).toEqual([{ kind: 'send', command: { act: 'pause', reason: '' }, version: 3 }]);
    expect(room.pending).toEqual({ act: 'pause', reason: '' });
    expect(room.mode.kind).toBe('watching');
  });

  it('takes every letter of a reason as text, also those that are keys elsewhere', () => {
    const { effects } = press(`pqueue ? + is full \u007f${enter}`);
    expect(effects).toEqual([
      { kind: 'send', command: { act: 'pause', reason: 'queue ? + is full' }, version: 3 },
    ]);
  });

  it('is dropped by Esc, and Ctrl-C leaves also from the middle of a reason', () => {
    expect(press(`pbusy${escape}`)).toEqual({ room: quietRoom, effects: [] });
    expect(press('pbusy\u0003').effects).toEqual([{ kind: 'leave' }]);
  });
});

describe('resuming', () => {
  it('is one key after a pause', () => {
    expect(press('r', paused).effects).toEqual([
      { kind: 'send', command: { act: 'resume', acknowledge: false }, version: 9 },
    ]);
  });

  it('asks after a hold, and only Enter acknowledges', () => {
    expect(press('rry', held).effects).toEqual([]);
    expect(press(`r${escape}${enter}`, held).effects).toEqual([]);
    expect(press(`r${enter}`, held).effects).toEqual([
      { kind: 'send', command: { act: 'resume', acknowledge: true }, version: 9 },
    ]);
  });

  it('acknowledges the version that was asked about, not one that came meanwhile', () => {
    const asked = press('r', held).room;
    const later = { ...held, campaign: { ...held.campaign, version: 10 } };
    expect(press(enter, later, asked).effects).toMatchObject([{ version: 9 }]);
  });
});

describe('the pace', () => {
  it('is previewed at each step and sent by Enter once its forecast is there', () => {
    const { room, effects } = press('++<');
    expect(effects).toEqual([
      { kind: 'preview', pace: { size: 55, every: '20m' } },
      { kind: 'preview', pace: { size: 60, every: '20m' } },
      { kind: 'preview', pace: { size: 60, every: '18m' } },
    ]);
    const early = press(enter, sampleView(), room);
    expect(early.effects).toEqual([]);
    expect(early.room.notice?.text).toContain('on its way');
    expect(press(enter, sampleView(), withAnswer(room)).effects).toEqual([
      { kind: 'send', command: { act: 'setPace', pace: { size: 60, every: '18m' } }, version: 3 },
    ]);
  });

  it('is not sent when it is the one in force or was dropped', () => {
    const back = withAnswer(press('+-').room);
    expect(press(enter, sampleView(), back).effects).toEqual([]);
    expect(press(`${escape}${enter}`, sampleView(), withAnswer(press('+').room)).effects).toEqual([]);
  });

  it('takes only the forecast of the pace that is shown', () => {
    const { room } = press('++');
    const old = { today: sampleForecast(), changed: sampleForecast({ total: 99 }) };
    expect(receivePreview(room, { size: 55, every: '20m' }, old)).toEqual(room);
    expect(receivePreview(quietRoom, { size: 55, every: '20m' }, old)).toEqual(quietRoom);
  });

  it('can be sent also when the server cannot foresee it', () => {
    const { room } = press('+');
    const blind = receivePreview(room, { size: 55, every: '20m' }, { missing: 'no forecast' });
    expect(press(enter, sampleView(), blind).effects).toMatchObject([{ kind: 'send' }]);
  });

  it('always steps to a pace that the server takes, and back again unless a limit was met', () => {
    const paces = fc.record({
      size: fc.integer({ min: 1, max: 100_000 }),
      gapMs: fc.integer({ min: 1, max: 366 * 86_400 }).map((seconds) => seconds * 1_000),
    });
    const direction = fc.constantFrom(-1 as const, 0 as const, 1 as const);
    const steps = fc.record({ size: direction, gap: direction });
    fc.assert(
      fc.property(paces, fc.array(steps, { maxLength: 15 }), (from, path) => {
        let pace = from;
        for (const step of path) {
          const next = stepPace(pace, from, step);
          expect(refusePace(next)).toBeNull();
          pace = next;
        }
      }),
    );
    const from = { size: 47, gapMs: 1_260_000 };
    const up = stepPace(from, from, { size: 1, gap: 1 });
    expect(up).toEqual({ size: 52, gapMs: 1_386_000 });
    expect(stepPace(up, from, { size: -1, gap: -1 })).toEqual(from);
    expect(stepPace({ size: 1, gapMs: 1_000 }, from, { size: -1, gap: -1 })).toEqual({
      size: 1,
      gapMs: 1_000,
    });
  });

  it('is taken back after a question that names the act, when there is one', () => {
    const act = sampleAct();
    expect(press('u').room.mode).toEqual({ kind: 'undoing', version: 3, act });
    expect(press(`u${enter}`).effects).toEqual([{ kind: 'send', command: { act: 'undoPace' }, version: 3 }]);
    const undone = sampleAct({ id: '2', to: { size: 50, every: '20m', undoes: act.id } });
    const before = sampleAct({ id: '3' });
    const twice = press('u', sampleView({ acts: [undone, act, before] }));
    expect(twice.room.mode).toMatchObject({ act: before });
    const none = press('u', sampleView({ acts: [sampleAct({ action: 'pause' })] }));
    expect(none.room.notice?.text).toContain('no pace change');
  });
});

describe('any key', () => {
  it('says why it does nothing in this state, and never sends what cannot be', () => {
    for (const state of campaignStates) {
      const view = sampleView({ campaign: sampleCampaign({ state }) });
      for (const key of ['p', 'r', '+', '-', '>', '<', 'u']) {
        const { room, effects } = press(key, view);
        const acts = room.mode.kind !== 'watching' || effects.length > 0;
        expect(acts || room.notice !== null, `${key} in ${state}`).toBe(true);
      }
    }
    expect(press('r').room.notice?.text).toBe('nothing to resume: it is running');
    expect(press('p', paused).room.notice?.text).toBe('a paused campaign cannot be paused');
  });

  it('waits for the answer to the command before, except to leave', () => {
    const sent = press(`p${enter}`).room;
    expect(press(`p${enter}`, sampleView(), sent).effects).toEqual([]);
    expect(press('+', sampleView(), sent).room.notice?.text).toContain('has not answered');
    expect(press('q', sampleView(), sent).effects).toEqual([{ kind: 'leave' }]);
    const answered = receiveAnswer(sent, { kind: 'refused', text: 'no' });
    expect(answered).toMatchObject({ pending: null, notice: { text: 'no' } });
    expect(press('p', sampleView(), answered).room).toMatchObject({
      mode: { kind: 'pausing' },
      notice: null,
    });
  });

  it('opens and closes the help, and leaves from everywhere', () => {
    expect(press('?').room.mode.kind).toBe('helping');
    expect(press('?x').room).toEqual(quietRoom);
    for (const keys of ['q', '?q', '+q', 'uq', '\u0004', 'p\u0004'])
      expect(press(keys).effects.at(-1)).toEqual({ kind: 'leave' });
  });

  it('never changes the view, and at most one command is under way, whatever is typed', () => {
    const keys = fc.array(fc.constantFrom('p', 'r', '+', '-', '>', '<', 'u', '?', enter, escape, 'x'), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(keys, fc.constantFrom(...campaignStates), (pressed, state) => {
        const view = sampleView({ campaign: sampleCampaign({ state }) });
        const before = structuredClone(view);
        const { effects } = press(pressed.join(''), view);
        expect(effects.filter(({ kind }) => kind === 'send').length).toBeLessThanOrEqual(1);
        expect(view).toEqual(before);
      }),
    );
  });
});
