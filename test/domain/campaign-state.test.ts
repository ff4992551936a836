import { describe, expect, test } from 'vitest';
import {
  campaignStates,
  judgeControl,
  possibleActions,
  type CampaignState,
  type ControlAction,
} from '../../domain/campaign-state.ts';

const actions = [
  'start',
  'pause',
  'hold',
  'resume',
  'setPace',
  'reschedule',
  'cancel',
] as const satisfies ControlAction[];

/** a: comes into force, =: is the case already, -: refused. In the order of `actions`. */
const table: Record<CampaignState, string> = {
  draft: 'a------',
  scheduled: '=aa=aaa',
  running: '=aa=a-a',
  paused: '===aa-a',
  held: '===aa-a',
  cancelling: '=-----=',
  cancelled: '=-----=',
  finished: '=------',
};

describe.each(campaignStates)('a campaign that is %s', (state) => {
  test.each(actions.map((action, column) => [action, table[state].charAt(column)] as const))(
    '%s: %s',
    (action, sign) => {
      const expected = {
        a: 'apply',
        '=': 'already',
        '-': { code: 'wrongState', state, possible: possibleActions(state) },
      }[sign];
      expect(expected).toBeDefined();
      expect(judgeControl(action, state)).toEqual(expected);
    },
  );
});

test('a refusal names only acts that would not be refused', () => {
  for (const state of campaignStates)
    for (const action of possibleActions(state)) expect(judgeControl(action, state)).toBe('apply');
});
