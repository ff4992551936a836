import { expect, it } from 'vitest';
import type { Campaign } from '../../../cli/answers.ts';
import { drawScreen } from '../../../cli/campaign/screen.ts';
import { watchLines } from '../../../cli/campaign/watch-lines.ts';
import type { WatchView } from '../../../cli/campaign/watch-view.ts';
import { paintFor } from '../../../cli/paint.ts';
import { renderLine } from '../../../cli/terminal-text.ts';
import { sampleCampaign, sampleId, sampleNow, sampleView } from './sample.ts';

const bounded = sampleCampaign({
  windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '17:00' }],
  holidays: ['2026-11-30', '2026-12-24', '2026-12-25', '2026-12-31', '2027-01-01'],
  limits: [{ domain: 'gmail.com', count: 20, every: '10m' }],
  follows: { campaign: sampleId, after: '2d', only: 'notResponded' },
});
const names = { desk: null, followed: 'Announcement', workList: null };
const responses = {
  open: 28,
  limit: 30,
  expected: 5.2,
  following: 'heldBack' as const,
  sentence: 'held back: 28 of 30 open, 6 more expected within the hour',
};

function screen(view: WatchView, columns: number, rows: number): string {
  return drawScreen(view, { columns, rows }, sampleNow)
    .map((line) => renderLine(line, columns, paintFor(false)))
    .join('\n');
}

it('tells windows, limits and what it waits for where there is room, and less on a low terminal', () => {
  const view = sampleView({ campaign: bounded, names });
  const text = screen(view, 100, 40);
  expect(text).toContain('Windows mon-fri 08:00-17:00 (Europe/Berlin)\n');
  expect(text).toContain('Closed  2026-12-24, 2026-12-25, 2026-12-31 and 1 more\n');
  expect(text).toContain('Limits  gmail.com 20 every 10 min\n');
  expect(text).toContain(
    'Follows starts 2 d after "Announcement" has finished, for those who have not responded\n',
  );
  expect(screen(view, 80, 16)).not.toContain('Windows');
});

it('says that the answers keep mails back once, in the sentence or beside the bar', () => {
  const told = (because: NonNullable<Campaign['next']>['because']): string => {
    const next = { batch: 8, at: '2026-12-01T13:20:00Z', size: 50, because };
    return screen(sampleView({ campaign: sampleCampaign({ next, responses }) }), 100, 40);
  };
  const waiting = told('capacity');
  expect(waiting).toContain('Sending at most 50 every 20 min; held back: 28 of 30 open');
  expect(waiting.match(/held back/g)).toHaveLength(1);
  expect(told('gap')).toContain('Answers held back: 28 of 30 open');
});

it('tells a log what bounds the campaign once, and again only when it becomes something else', () => {
  const before = sampleView({ campaign: bounded, names });
  expect(watchLines(null, before)).toEqual(
    expect.arrayContaining([
      expect.stringContaining('Z windows mon-fri 08:00-17:00 (Europe/Berlin)'),
      expect.stringContaining('Z follows starts 2 d after "Announcement"'),
    ]),
  );
  expect(watchLines(before, before)).toEqual([]);
  const limits = [{ domain: 'gmail.com', count: 5, every: '1h' }];
  expect(watchLines(before, sampleView({ campaign: { ...bounded, limits }, names }))).toEqual([
    expect.stringContaining('limits gmail.com 5 every 1 h'),
  ]);
});

it('tells a log when the answers begin to keep mails back, not each new figure', () => {
  const view = (change: object): WatchView =>
    sampleView({ campaign: sampleCampaign({ responses: { ...responses, ...change } }) });
  const room = view({ following: 'room', sentence: 'room for 12' });
  expect(watchLines(room, view({}))).toEqual([
    expect.stringContaining('Z answers: held back: 28 of 30 open, 6 more expected within the hour'),
  ]);
  expect(watchLines(view({}), view({ open: 29, sentence: 'held back: 29 of 30 open' }))).toEqual([]);
});

it('tells a log what keeps the next batch back', () => {
  const next = { batch: 9, at: '2026-12-02T07:00:00Z', size: 50, because: 'window' } as const;
  const [line] = watchLines(sampleView(), sampleView({ campaign: sampleCampaign({ next }) }));
  expect(line).toContain('batch 9 of 50 mails at 2026-12-02T07:00:00Z, when the window opens');
});
