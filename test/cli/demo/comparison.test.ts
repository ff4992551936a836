import { expect, it } from 'vitest';
import { compare, type LedgerRow, type Received } from '../../../cli/demo/comparison.ts';
import { verdictLines } from '../../../cli/demo/verdict.ts';
import { paintFor } from '../../../cli/paint.ts';
import type { DeliveryState } from '../../../domain/delivery-state.ts';

const people = ['anna@example.com', 'ben@example.com', 'cem@example.com'];

function row(email: string, state: DeliveryState = 'sent'): LedgerRow {
  return { email, state, messageId: `<1.${email}>` };
}

function mail(email: string): Received {
  return { to: email, messageId: `<1.${email}>` };
}

it('agrees when everybody has one final state and sent means received exactly once', () => {
  const ledger = [row('anna@example.com'), row('ben@example.com', 'failed'), row('cem@example.com')];
  const result = compare(
    people,
    ledger,
    [mail('anna@example.com'), mail('CEM@example.com')].map((each) => ({
      ...each,
      messageId: each.messageId.toLowerCase(),
    })),
  );
  expect(result).toMatchObject({
    agrees: true,
    received: 2,
    lost: [],
    doubled: [],
    ghosts: [],
    misplaced: [],
  });
  expect(result.ledger).toMatchObject({ sent: 2, failed: 1 });
});

it('finds a mail that the ledger calls sent and the sink never got', () => {
  const result = compare(
    people,
    people.map((each) => row(each)),
    [mail('anna@example.com'), mail('cem@example.com')],
  );
  expect(result).toMatchObject({ agrees: false, lost: ['ben@example.com'] });
});

it('finds a person who was mailed twice, also under two Message-IDs', () => {
  const ledger = people.map((each) => row(each));
  const received = people.map(mail);
  expect(compare(people, ledger, [...received, mail('ben@example.com')])).toMatchObject({ agrees: false });
  const other = { to: 'Ben@Example.com', messageId: '<2.other>' };
  const result = compare(people, ledger, [...received, other]);
  expect(result.agrees).toBe(false);
  expect(result.doubled).toContain('ben@example.com');
});

it('finds one Message-ID that two people got', () => {
  const received = [
    mail('anna@example.com'),
    { to: 'ben@example.com', messageId: '<1.anna@example.com>' },
    mail('cem@example.com'),
  ];
  expect(
    compare(
      people,
      people.map((each) => row(each)),
      received,
    ).doubled,
  ).toEqual(['<1.anna@example.com>']);
});

it('finds a mail to somebody whom the ledger does not call sent, or does not know', () => {
  const ledger = [row('anna@example.com'), row('ben@example.com', 'cancelled'), row('cem@example.com')];
  const received = [...people.map(mail), mail('dora@example.com')];
  expect(compare(people, ledger, received)).toMatchObject({
    agrees: false,
    ghosts: ['ben@example.com', 'dora@example.com'],
  });
});

it('finds people who are missing, in the ledger twice, not imported, or not settled', () => {
  const received = people.map(mail);
  expect(
    compare(people, [row('anna@example.com'), row('ben@example.com')], received.slice(0, 2)).misplaced,
  ).toEqual(['cem@example.com']);
  expect(
    compare(people, [...people.map((each) => row(each)), row('ANNA@example.com')], received).misplaced,
  ).toContain('anna@example.com');
  expect(
    compare(
      people.slice(1),
      people.map((each) => row(each)),
      received,
    ).misplaced,
  ).toEqual(['anna@example.com']);
  for (const state of ['planned', 'sending', 'deferred'] as const)
    expect(
      compare(
        people,
        [row('anna@example.com', state), row('ben@example.com'), row('cem@example.com')],
        received.slice(1),
      ),
    ).toMatchObject({ agrees: false, misplaced: ['anna@example.com'] });
});

it('lists who is in doubt with whether the mail arrived, and does not call that a disagreement', () => {
  const ledger = [
    row('anna@example.com', 'inDoubt'),
    row('ben@example.com', 'inDoubt'),
    row('cem@example.com'),
  ];
  const result = compare(people, ledger, [mail('anna@example.com'), mail('cem@example.com')]);
  expect(result.agrees).toBe(true);
  expect(result.inDoubt).toEqual([
    { email: 'anna@example.com', arrived: true },
    { email: 'ben@example.com', arrived: false },
  ]);
  const lines = verdictLines(result, 3, paintFor(false)).join('\n');
  expect(lines).toContain('1 had arrived, 1 had not');
  expect(lines).toContain('✓ The ledger and the sink agree');
});

it('says in the verdict who was lost', () => {
  const lines = verdictLines(
    compare(
      people,
      people.map((each) => row(each)),
      [],
    ),
    3,
    paintFor(false),
  ).join('\n');
  expect(lines).toContain('× The ledger and the sink do not agree.');
  expect(lines).toContain('anna@example.com, ben@example.com, cem@example.com');
});
