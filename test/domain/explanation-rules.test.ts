import { expect, test } from 'vitest';
import { noBounds, type Facts } from '../../domain/explanation-facts.ts';
import type { Rules } from '../../domain/explanation-rules.ts';
import { explain } from '../../domain/explanation.ts';

const at = (text: string): number => Date.parse(`2026-12-01T${text}Z`);
const everybody: Rules = {
  consent: { everybodyBecause: null, ordered: true, proof: null },
  documents: null,
  template: null,
  cap: null,
  force: null,
};

function explainWith(rules: Partial<Rules>, delivery: Partial<Facts['delivery']>) {
  return explain({
    now: at('08:00:00'),
    campaign: { state: 'running', snapshotAt: at('07:00:00') },
    delivery: {
      state: 'planned',
      position: 3,
      batch: null,
      attempts: 0,
      sendingAt: null,
      settledAt: at('07:30:00'),
      nextAttemptAt: null,
      sendNowAt: null,
      reply: null,
      reason: null,
      ...delivery,
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
    rules: { ...everybody, ...rules },
    bounds: noBounds,
    expected: { batch: 7, at: at('09:00:00') },
  });
}

const check = (name: string, { checks }: ReturnType<typeof explainWith>) =>
  checks.find((each) => each.check === name);

test('somebody without the newsletter is told so, with the proof', () => {
  const proof = { given: false, at: at('07:10:00'), how: 'link in the mail.' };
  const reason = { code: 'noConsent', text: 'at the start, the newsletter was not ordered' };
  const told = explainWith(
    { consent: { everybodyBecause: null, ordered: false, proof } },
    { state: 'skipped', reason },
  );
  expect(told.sentence).toBe(
    'Skipped at 2026-12-01T07:30:00Z: at the start, the newsletter was not ordered.',
  );
  expect(check('consent', told)).toEqual({
    check: 'consent',
    passed: false,
    evidence:
      'only those who ordered the newsletter; this person has not (cancelled at 2026-12-01T07:10:00Z: link in the mail)',
  });
});

test('a campaign for everybody says why', () => {
  const consent = { everybodyBecause: 'operational notice', ordered: false, proof: null };
  expect(check('consent', explainWith({ consent }, {}))).toMatchObject({
    passed: true,
    evidence: 'everybody is written to, whether they ordered the newsletter or not: operational notice',
  });
});

test('somebody who had the document before is told when and how to have it sent all the same', () => {
  const reason = { code: 'documentSent', text: 'got "Price list" with campaign "Autumn" on 2026-11-01' };
  const documents = [
    { title: 'Price list', isCarried: false, sent: { campaign: 'Autumn', at: at('06:00:00') } },
  ];
  const told = explainWith({ documents }, { state: 'skipped', reason });
  expect(told.sentence).toBe(
    'Skipped at 2026-12-01T07:30:00Z: got "Price list" with campaign "Autumn" on 2026-11-01; force it to send it all the same.',
  );
  expect(check('document', told)).toEqual({
    check: 'document',
    passed: false,
    evidence: '"Price list" went with campaign "Autumn" at 2026-12-01T06:00:00Z',
  });
});

test('a forced mail says who forced it', () => {
  const force = { at: at('07:50:00'), by: 'Ada', reason: 'asked for it once more' };
  const template = { withinMs: 30 * 86_400_000, last: { campaign: 'Autumn', at: at('06:00:00') } };
  const told = explainWith({ force, template }, {});
  expect(told.sentence).toBe(
    'Will get it in batch 7 at about 2026-12-01T09:00:00Z, at position 3; forced by Ada at 2026-12-01T07:50:00Z: asked for it once more.',
  );
  expect(check('template', told)).toMatchObject({ passed: true });
  expect(check('template', told)?.evidence).toContain(
    'it went with campaign "Autumn" at 2026-12-01T06:00:00Z; forced by Ada',
  );
});

test('somebody whom a frequency cap puts off is told when the mail comes and why not now', () => {
  const cap = { stream: 'marketing', count: 2, perMs: 7 * 86_400_000, had: 2 };
  const text = 'has had 2 marketing mails in 7d, as many as the frequency cap allows';
  const delivery = {
    state: 'deferred',
    nextAttemptAt: at('08:55:00'),
    reason: { code: 'frequencyCap', text },
  } as const;
  const told = explainWith({ cap }, delivery);
  expect(told.sentence).toBe(
    `Will get it in batch 7 at about 2026-12-01T09:00:00Z: the person ${text} until 2026-12-01T08:55:00Z.`,
  );
  expect(check('cap', told)).toMatchObject({ passed: false });
  expect(check('cap', explainWith({ cap: { ...cap, had: 1 } }, {}))).toMatchObject({ passed: true });
});
