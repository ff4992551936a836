import { expect, it } from 'vitest';
import { stateSentence } from '../../../cli/campaign/state-words.ts';
import { countsOf, sampleCampaign, sampleNow } from './sample.ts';

it('says that a running campaign with people left and no next batch waits for the main gate', () => {
  const waiting = sampleCampaign({ next: null, counts: countsOf({ sent: 10, planned: 5 }) });
  expect(stateSentence(waiting, sampleNow)).toContain('the main gate is closed');
});

it('does not speak of the main gate when nobody is left to be sent to', () => {
  const ending = sampleCampaign({ next: null, counts: countsOf({ sent: 15 }) });
  expect(stateSentence(ending, sampleNow)).toMatch(/^Sending .*\.$/);
  expect(stateSentence(ending, sampleNow)).not.toContain('gate');
});
