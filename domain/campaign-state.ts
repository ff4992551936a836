/** The states of a campaign, as stored, shown and counted. */
export const campaignStates = [
  'draft',
  'scheduled',
  'running',
  'paused',
  'held',
  'cancelling',
  'cancelled',
  'finished',
] as const;
export type CampaignState = (typeof campaignStates)[number];

export type ControlAction =
  | 'start'
  | 'pause'
  | 'hold'
  | 'resume'
  | 'setPace'
  | 'reschedule'
  | 'cancel'
  | 'setGuards';

/** Why an act of control is refused: the state and what would be possible instead. */
export type Refusal =
  | {
      readonly code: 'wrongState';
      readonly state: CampaignState;
      readonly possible: readonly ControlAction[];
    }
  | { readonly code: 'stale'; readonly expectedVersion: number; readonly version: number }
  | { readonly code: 'needsAcknowledgement' }
  /** Something else than the campaign's state stands against it; the detail says what, and the way out. */
  | { readonly code: 'conflict'; readonly detail: string }
  | { readonly code: 'invalid'; readonly detail: string };

/** What an act leads to: into force, already the case (answered, nothing added to history), or refused. */
export type Verdict = 'apply' | 'already' | Refusal;

/** One rule for every way an act can come: API, command line, Temporal UI, guard. */
export function judgeControl(action: ControlAction, state: CampaignState): Verdict {
  if (action === 'setGuards' && isUnderWay(state)) return 'apply';
  if (possibleActions(state).includes(action)) return 'apply';
  if (isAlready(action, state)) return 'already';
  return { code: 'wrongState', state, possible: possibleActions(state) };
}

/** What a person or guard can do with a campaign in this state. */
export function possibleActions(state: CampaignState): readonly ControlAction[] {
  switch (state) {
    case 'draft':
      return ['start'];
    case 'scheduled':
      return ['pause', 'hold', 'setPace', 'reschedule', 'cancel'];
    case 'running':
      return ['pause', 'hold', 'setPace', 'cancel'];
    case 'paused':
    case 'held':
      return ['resume', 'setPace', 'cancel'];
    case 'cancelling':
    case 'cancelled':
    case 'finished':
      return [];
  }
}

/** Started, and neither ended nor ending. Thresholds of guards can be changed all that time. */
function isUnderWay(state: CampaignState): boolean {
  return state === 'scheduled' || state === 'running' || state === 'paused' || state === 'held';
}

function isAlready(action: ControlAction, state: CampaignState): boolean {
  switch (action) {
    case 'start':
      return state !== 'draft';
    case 'pause':
    case 'hold':
      return state === 'paused' || state === 'held';
    case 'resume':
      return state === 'running' || state === 'scheduled';
    case 'cancel':
      return state === 'cancelling' || state === 'cancelled';
    case 'setPace':
    case 'reschedule':
    case 'setGuards':
      return false;
  }
}
