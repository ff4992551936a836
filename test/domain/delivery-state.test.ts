import { expect, test } from 'vitest';
import { deliveryStates, isFinal, mayBecome } from '../../domain/delivery-state.ts';

test('what was decided for good is never touched again', () => {
  for (const from of ['sent', 'failed', 'skipped', 'cancelled'] as const)
    for (const to of deliveryStates) expect(mayBecome(from, to), `${from} to ${to}`).toBe(false);
});

test('every mail goes through an intent before it can be sent', () => {
  expect(deliveryStates.filter((from) => mayBecome(from, 'sent'))).toEqual(['sending', 'inDoubt']);
});

test('one in doubt is not sent again before somebody or something has settled it', () => {
  expect(mayBecome('inDoubt', 'sending')).toBe(false);
});

test('an intent can become everything but cancelled: what may be on the wire is not taken back by a wish', () => {
  expect(deliveryStates.filter((to) => !mayBecome('sending', to))).toEqual(['sending', 'cancelled']);
});

test('from every state some final state can be reached', () => {
  for (const state of deliveryStates) {
    const reached = new Set([state]);
    for (const from of reached) for (const to of deliveryStates) if (mayBecome(from, to)) reached.add(to);
    expect([...reached].some(isFinal), state).toBe(true);
  }
});

test('the final states are those with nothing left to do for the campaign', () => {
  expect(deliveryStates.filter(isFinal)).toEqual(['sent', 'failed', 'skipped', 'cancelled', 'inDoubt']);
});
