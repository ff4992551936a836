import { expect, it } from 'vitest';
import { watchLines } from '../../../cli/campaign/watch-lines.ts';
import { countsOf, sampleAct, sampleCampaign, sampleNow, sampleView } from './sample.ts';

it('begins with the state, the figures, the pace and the next batch', () => {
  expect(watchLines(null, sampleView())).toEqual([
    '2026-12-01T13:13:48Z running 312 of 1,000 (31 %): 684 planned, 4 deferred, 300 sent, 2 failed, 10 skipped; 50 every 20 min; batch 8 of 50 mails at 2026-12-01T13:20:00Z',
  ]);
});

it('says nothing when nothing changed that a person would want to read', () => {
  const before = sampleView();
  expect(watchLines(before, sampleView({ updatedAt: new Date(sampleNow.getTime() + 5_000) }))).toEqual([]);
  const oneMore = sampleCampaign({
    counts: countsOf({ sent: 301, failed: 2, skipped: 10, deferred: 4, planned: 683 }),
  });
  expect(watchLines(before, sampleView({ campaign: oneMore }))).toEqual([]);
});

it('tells each new act once, oldest first, with who and why', () => {
  const pause = sampleAct({
    id: 'b',
    at: '2026-12-01T13:13:40Z',
    action: 'pause',
    from: null,
    to: null,
    reason: 'busy',
  });
  const resume = sampleAct({
    id: 'c',
    at: '2026-12-01T13:13:45Z',
    action: 'resume',
    from: null,
    to: null,
    reason: null,
  });
  const lines = watchLines(sampleView(), sampleView({ acts: [resume, pause, sampleAct()] }));
  expect(lines).toEqual(['2026-12-01T13:13:48Z anna paused: busy', '2026-12-01T13:13:48Z anna resumed']);
});

it('tells a changed state, a new per cent, a new mail in doubt and a lost stream', () => {
  const paused = sampleView({ campaign: sampleCampaign({ state: 'paused' }) });
  expect(watchLines(sampleView(), paused)).toHaveLength(1);
  const further = sampleCampaign({
    counts: countsOf({ sent: 310, failed: 2, skipped: 10, deferred: 4, planned: 674 }),
  });
  expect(watchLines(sampleView(), sampleView({ campaign: further }))[0]).toContain('322 of 1,000 (32 %)');
  const doubt = sampleCampaign({
    counts: countsOf({ sent: 299, inDoubt: 1, failed: 2, skipped: 10, deferred: 4, planned: 684 }),
  });
  expect(watchLines(sampleView(), sampleView({ campaign: doubt }))[0]).toContain('1 in doubt');
  expect(watchLines(sampleView(), sampleView({ lostSince: sampleNow }))).toEqual([
    '2026-12-01T13:13:48Z stream lost; trying again',
  ]);
});
