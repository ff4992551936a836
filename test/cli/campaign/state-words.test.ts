import { expect, it } from 'vitest';
import type { Campaign } from '../../../cli/answers.ts';
import { stateSentence } from '../../../cli/campaign/state-words.ts';
import { countsOf, sampleCampaign, sampleId, sampleNow } from './sample.ts';

it('says that a running campaign with people left and no next batch waits for the main gate', () => {
  const waiting = sampleCampaign({ next: null, counts: countsOf({ sent: 10, planned: 5 }) });
  expect(stateSentence(waiting, sampleNow)).toContain('the main gate is closed');
});

it('does not speak of the main gate when nobody is left to be sent to', () => {
  const ending = sampleCampaign({ next: null, counts: countsOf({ sent: 15 }) });
  expect(stateSentence(ending, sampleNow)).toMatch(/^Sending .*\.$/);
  expect(stateSentence(ending, sampleNow)).not.toContain('gate');
});

it('says what else keeps the next batch back than the pace', () => {
  const at = '2026-12-02T07:00:00Z';
  const told = (because: NonNullable<Campaign['next']>['because']): string =>
    stateSentence(sampleCampaign({ next: { batch: 8, at, size: 50, because } }), sampleNow);
  expect(told('gap')).toBe('Sending 50 every 20 min; next batch in 17 h 46 min.');
  expect(told('window')).toBe('Sending 50 every 20 min; next batch in 17 h 46 min, when the window opens.');
  expect(told('limit')).toContain(", when the limit of the recipients' domains lets more through.");
  expect(told('capacity')).toContain(', when the open responses leave room.');
});

it('does not blame the main gate when no window ever opens', () => {
  const holidays = Array.from({ length: 420 }, (_, day) =>
    new Date(Date.parse('2026-11-30') + day * 86_400_000).toISOString().slice(0, 10),
  );
  const closed = sampleCampaign({ next: null, holidays, counts: countsOf({ sent: 10, planned: 5 }) });
  const told = stateSentence(closed, sampleNow);
  expect(told).toContain('no window opens within the next 400 days');
  expect(told).not.toContain('gate');
});

it('says which campaign a scheduled one waits for, by its name where that is known', () => {
  const follows = { campaign: sampleId, after: '2d', only: 'all' } as const;
  const waiting = sampleCampaign({ state: 'scheduled', follows });
  expect(stateSentence(waiting, sampleNow, 'Announcement')).toBe(
    'Waits until "Announcement" has finished, then 2 d.',
  );
  expect(stateSentence(waiting, sampleNow)).toContain(`campaign ${sampleId.slice(0, 8)} has finished`);
  const known = { ...waiting, startAt: '2026-12-03T13:13:48Z' };
  expect(stateSentence(known, sampleNow)).toContain('Starts in 2 d');
});
