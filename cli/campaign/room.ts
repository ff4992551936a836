import { possibleActions, type CampaignState } from '../../domain/campaign-state.ts';
import { formatDuration } from '../../domain/duration.ts';
import type { Pace } from '../../domain/pace.ts';
import type { Control, WirePace } from '../answers.ts';
import { escapeKey, isEnter, isLeave, typeInto } from '../keys.ts';
import type { WhatIf } from './load-forecast.ts';
import { paceOf, stepOf, stepPace } from './step-pace.ts';
import type { WatchView } from './watch-view.ts';

/**
 * What the operator is doing at the live screen, apart from what the campaign does. Pure: a key leads from one room to the next
 * and to at most one effect, which the screen's shell carries out. The campaign's state is never changed here: only the server's
 * word does that.
 */
export interface Room {
  readonly mode: Mode;
  /** The command that the server has not answered yet; there is at most one. */
  readonly pending: Command | null;
  /** The one place for what became of the last command or key. */
  readonly notice: Notice | null;
}

type Mode =
  | { readonly kind: 'watching' }
  | { readonly kind: 'helping' }
  | { readonly kind: 'pausing'; readonly reason: string }
  | { readonly kind: 'acknowledging'; readonly version: number }
  | { readonly kind: 'undoing'; readonly version: number; readonly act: Control }
  | Pacing;

/** Trying a pace: from the one in force, with what the planner says about it (null: not answered yet). */
export interface Pacing {
  readonly kind: 'pacing';
  readonly version: number;
  readonly from: Pace;
  readonly pace: Pace;
  readonly whatIf: WhatIf | { readonly missing: string } | null;
}

export type Command =
  | { readonly act: 'pause'; readonly reason: string }
  | { readonly act: 'resume'; readonly acknowledge: boolean }
  | { readonly act: 'setPace'; readonly pace: WirePace }
  | { readonly act: 'undoPace' };

export interface Notice {
  readonly kind: 'done' | 'refused' | 'hint';
  readonly text: string;
}

/** `version` is the campaign's version that the operator saw. */
export type Effect =
  | { readonly kind: 'leave' }
  | { readonly kind: 'send'; readonly command: Command; readonly version: number }
  | { readonly kind: 'preview'; readonly pace: WirePace };

export interface Step {
  readonly room: Room;
  readonly effect: Effect | null;
}

export const quietRoom: Room = { mode: { kind: 'watching' }, pending: null, notice: null };

/** As the API limits it. */
const longestReason = 1_000;

export function pressKey(room: Room, key: string, view: WatchView): Step {
  if (isLeave(key)) return { room, effect: { kind: 'leave' } };
  const fresh: Room = { ...room, notice: null };
  const { mode } = fresh;
  if (mode.kind === 'pausing') return typeReason(fresh, mode.reason, key, view);
  if (key === 'q' || key === 'Q') return { room, effect: { kind: 'leave' } };
  if (key === escapeKey) return stay(inMode(fresh, { kind: 'watching' }));
  switch (mode.kind) {
    case 'watching':
      return chooseAct(fresh, key, view);
    case 'helping':
      return stay(inMode(fresh, { kind: 'watching' }));
    case 'acknowledging':
      return isEnter(key)
        ? send({ act: 'resume', acknowledge: true }, mode.version)
        : stay(hint(fresh, 'Enter resumes, Esc drops it'));
    case 'undoing':
      return isEnter(key)
        ? send({ act: 'undoPace' }, mode.version)
        : stay(hint(fresh, 'Enter takes the pace change back, Esc drops it'));
    case 'pacing':
      return tryPace(fresh, mode, key);
  }
}

/** The planner's answer to a preview; one to a pace that was stepped over meanwhile is left alone. */
export function receivePreview(room: Room, pace: WirePace, whatIf: NonNullable<Pacing['whatIf']>): Room {
  const { mode } = room;
  if (mode.kind !== 'pacing' || !isSamePace(wire(mode.pace), pace)) return room;
  return inMode(room, { ...mode, whatIf });
}

/** What became of the pending command. */
export function receiveAnswer(room: Room, notice: Notice): Room {
  return { ...room, pending: null, notice };
}

function chooseAct(room: Room, key: string, view: WatchView): Step {
  if (key === '?' || key === 'h') return stay(inMode(room, { kind: 'helping' }));
  const step = stepOf(key);
  if (step === null && !['p', 'r', 'u'].includes(key)) return stay(hint(room, '? shows the keys'));
  if (room.pending !== null) return stay(hint(room, 'the server has not answered the last command yet'));
  const refusal = whyNot(key, view.campaign.state);
  if (refusal !== null) return stay(hint(room, refusal));
  const { version, state, pace } = view.campaign;
  if (key === 'p') return stay(inMode(room, { kind: 'pausing', reason: '' }));
  if (key === 'r')
    return state === 'held'
      ? stay(inMode(room, { kind: 'acknowledging', version }))
      : send({ act: 'resume', acknowledge: false }, version);
  if (step === null) return undo(room, view);
  const from = paceOf(pace);
  if (from === null) return stay(hint(room, `the pace "${pace.every}" cannot be stepped`));
  return tryPace(room, { kind: 'pacing', version, from, pace: from, whatIf: null }, key);
}

/** Why a key does nothing now, or null when it does. */
export function whyNot(key: string, state: CampaignState): string | null {
  const possible = possibleActions(state);
  if (key === 'p') return possible.includes('pause') ? null : `a ${state} campaign cannot be paused`;
  if (key === 'r') return possible.includes('resume') ? null : `nothing to resume: it is ${state}`;
  return possible.includes('setPace') ? null : `the pace of a ${state} campaign cannot be changed`;
}

function typeReason(room: Room, reason: string, key: string, view: WatchView): Step {
  if (key === escapeKey) return stay(inMode(room, { kind: 'watching' }));
  if (isEnter(key)) return send({ act: 'pause', reason: reason.trim() }, view.campaign.version);
  return stay(inMode(room, { kind: 'pausing', reason: typeInto(reason, key, longestReason) }));
}

function tryPace(room: Room, mode: Pacing, key: string): Step {
  if (isEnter(key)) {
    if (isSamePace(wire(mode.pace), wire(mode.from))) return stay(hint(room, 'this is the pace in force'));
    // Nobody applies what they have not seen; when the planner cannot say, the panel says that instead.
    if (mode.whatIf === null) return stay(hint(room, 'the forecast of this pace is on its way'));
    return send({ act: 'setPace', pace: wire(mode.pace) }, mode.version);
  }
  const step = stepOf(key);
  if (step === null) return stay(hint(inMode(room, mode), '+ - steps the size, > < the gap, Enter applies'));
  const pace = stepPace(mode.pace, mode.from, step);
  if (isSamePace(wire(pace), wire(mode.pace))) return stay(hint(inMode(room, mode), 'no pace lies beyond'));
  return {
    room: inMode(room, { ...mode, pace, whatIf: null }),
    effect: { kind: 'preview', pace: wire(pace) },
  };
}

function undo(room: Room, view: WatchView): Step {
  const act = undoable(view.acts);
  return act === null
    ? stay(hint(room, 'there is no pace change to take back'))
    : stay(inMode(room, { kind: 'undoing', version: view.campaign.version, act }));
}

/** The latest pace change that was not taken back yet; one that takes another back names it in `undoes`. */
function undoable(acts: readonly Control[]): Control | null {
  const undone = new Set(acts.map(({ to }) => to?.['undoes']));
  const changes = acts.filter(({ action, id, to }) => {
    return action === 'setPace' && typeof to?.['undoes'] !== 'string' && !undone.has(id);
  });
  return changes[0] ?? null;
}

function send(command: Command, version: number): Step {
  return {
    room: { mode: { kind: 'watching' }, pending: command, notice: null },
    effect: { kind: 'send', command, version },
  };
}

function stay(room: Room): Step {
  return { room, effect: null };
}

function inMode(room: Room, mode: Mode): Room {
  return { ...room, mode };
}

function hint(room: Room, text: string): Room {
  return { ...room, notice: { kind: 'hint', text } };
}

function wire({ size, gapMs }: Pace): WirePace {
  return { size, every: formatDuration(gapMs) };
}

function isSamePace(one: WirePace, other: WirePace): boolean {
  return one.size === other.size && one.every === other.every;
}
