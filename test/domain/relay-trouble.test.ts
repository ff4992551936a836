import { expect, test } from 'vitest';
import type { RelayTroubleCode } from '../../domain/outcome.ts';
import { decideTrouble, relayPatienceMs, type RelayTroubleRecord } from '../../domain/relay-trouble.ts';

const since = Date.UTC(2026, 10, 22, 8);

function trouble(code: RelayTroubleCode, count: number, afterMs: number): RelayTroubleRecord {
  return { code, text: 'words', since, lastAt: since + afterMs, count };
}

test.each(['loginRefused', 'tlsUnavailable', 'senderRefused'] as const)(
  '%s holds the campaign at the first time: trying again cannot mend it',
  (code) => {
    expect(decideTrouble(trouble(code, 1, 0))).toEqual({ kind: 'hold', cause: code });
  },
);

test.each(['relayUnreachable', 'relayUnavailable'] as const)(
  '%s is tried again after 2 s, 5 s, 10 s, 30 s, 1 min, 2 min, then every 5 min',
  (code) => {
    const pauses = [1, 2, 3, 4, 5, 6, 7, 8, 50].map((count) => {
      const decision = decideTrouble(trouble(code, count, 60_000));
      return decision.kind === 'retry' ? (decision.at - since - 60_000) / 1_000 : decision.kind;
    });
    expect(pauses).toEqual([2, 5, 10, 30, 60, 120, 300, 300, 300]);
  },
);

test('after four hours without a success the campaign is held for a person to look at, not a moment earlier', () => {
  expect(decideTrouble(trouble('relayUnreachable', 60, relayPatienceMs - 1)).kind).toBe('retry');
  expect(decideTrouble(trouble('relayUnreachable', 60, relayPatienceMs))).toEqual({
    kind: 'hold',
    cause: 'relayUnreachable',
  });
});
