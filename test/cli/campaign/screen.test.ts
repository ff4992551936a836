import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { pressKey, quietRoom } from '../../../cli/campaign/room.ts';
import { drawScreen } from '../../../cli/campaign/screen.ts';
import type { WatchView } from '../../../cli/campaign/watch-view.ts';
import { createKeyReader } from '../../../cli/keys.ts';
import { paintFor } from '../../../cli/paint.ts';
import { columnsOf, renderLine } from '../../../cli/terminal-text.ts';
import {
  countsOf,
  openGate,
  sampleAct,
  sampleBatches,
  sampleCampaign,
  sampleForecast,
  sampleNow,
  sampleView,
} from './sample.ts';

function screen(view: WatchView, width = 80, colour = false, rows = 100): string {
  return drawScreen(view, { columns: width, rows }, sampleNow)
    .map((line) => renderLine(line, width, paintFor(colour)))
    .join('\n');
}

const rich = sampleView({
  campaign: sampleCampaign({
    name: 'Überaus lange Ankündigung für alle Kundinnen und Kunden 東京 in drei Ländern und noch weiter hinaus',
    counts: countsOf({
      sent: 3_000,
      sending: 40,
      deferred: 17,
      failed: 20,
      skipped: 3,
      inDoubt: 2,
      planned: 96_918,
    }),
  }),
  acts: [
    sampleAct({
      reason: 'a reason that is much longer than any terminal of sixty columns would ever be able to show',
    }),
    sampleAct({
      action: 'hold',
      via: 'guard',
      by: 'guard:relay',
      from: null,
      to: null,
      reason: 'loginRefused',
    }),
  ],
  batches: [
    {
      number: 61,
      plannedAt: '2026-12-01T13:00:00Z',
      startedAt: '2026-12-01T13:00:00Z',
      finishedAt: null,
      size: 50,
      counts: countsOf({ sent: 31, sending: 4 }),
    },
  ],
  lostSince: new Date(sampleNow.getTime() - 12_000),
});

describe('the live screen', () => {
  for (const width of [40, 60, 80, 200]) {
    it(`has no line wider than a terminal of ${width} columns`, () => {
      const widths = screen(rich, width).split('\n').map(columnsOf);
      expect(Math.max(...widths)).toBeLessThanOrEqual(width);
    });
    it(`names state, progress, pace, next batch and the way out at ${width} columns`, () => {
      const text = screen(sampleView(), width).replaceAll(/\s+/g, ' ');
      for (const part of [
        '▶ running',
        '312 of 1,000',
        '31 %',
        '50 every 20 min',
        'batch 8, 50 mails',
        'in 6 min 12 s',
        '14:20:00 Europe/Berlin',
        'q leaves',
      ])
        expect(text).toContain(part);
    });
  }

  it('says the same without colour as with it', () => {
    const coloured = screen(rich, 80, true);
    expect(coloured).toContain('\u001b[');
    expect(screen(rich)).not.toContain('\u001b');
    expect(stripVTControlCharacters(coloured)).toBe(screen(rich));
  });

  it('never shows 100 % before the end, also when all but one are settled', () => {
    const almost = sampleCampaign({ counts: countsOf({ sent: 99_999, planned: 1 }) });
    expect(screen(sampleView({ campaign: almost }))).toContain('99 %  99,999 of 100,000');
    const allSettled = sampleCampaign({ counts: countsOf({ sent: 100 }) });
    expect(screen(sampleView({ campaign: allSettled }))).toContain('99 %  100 of 100');
    const ended = sampleCampaign({ state: 'finished', next: null, counts: countsOf({ sent: 100 }) });
    expect(screen(sampleView({ campaign: ended }))).toContain('100 %  100 of 100');
  });

  it('leaves an empty block in the bar as long as one person is not settled', () => {
    const almost = sampleCampaign({ counts: countsOf({ sent: 99_999, planned: 1 }) });
    expect(screen(sampleView({ campaign: almost }))).toContain('░');
  });

  it('tells how many were in flight when it was paused, by whom and why', () => {
    const pause = {
      at: '2026-12-01T13:10:00Z',
      by: 'anna',
      reason: 'lines are busy',
      inFlight: 12,
      settledAt: null,
      resumeAt: null,
    };
    const paused = sampleView({ campaign: sampleCampaign({ state: 'paused', pause }) });
    expect(screen(paused)).toContain('Paused by anna at 14:10:00 Europe/Berlin: lines are busy.');
    expect(screen(paused)).toContain('12 mails were in flight then; not all have an outcome yet.');
    expect(screen(paused)).not.toContain('Next');
  });

  it('names the cause of a hold and how to go on', () => {
    const pause = {
      at: '2026-12-01T13:10:00Z',
      by: 'guard:relay',
      reason: 'loginRefused',
      inFlight: 0,
      settledAt: null,
      resumeAt: null,
    };
    const text = screen(sampleView({ campaign: sampleCampaign({ state: 'held', pause }) })).replaceAll(
      /\s+/g,
      ' ',
    );
    expect(text).toContain(
      'Held by guard:relay at 14:10:00 Europe/Berlin: the SMTP relay refuses the login; check SMTP_URL.',
    );
    expect(text).toContain('sluice campaign resume 0c8f2b58 --acknowledge');
  });

  it('warns of mails in doubt and says where to settle them', () => {
    const text = screen(rich).replaceAll(/\s+/g, ' ');
    expect(text).toContain('! 2 in doubt');
    expect(text).toContain('sluice campaign report 0c8f2b58');
  });

  it('says that the stream is lost only when it stays away, and that the main gate is closed', () => {
    expect(screen(rich)).toContain('stream lost for 12 s');
    const short = sampleView({ lostSince: new Date(sampleNow.getTime() - 1_000) });
    expect(screen(short)).not.toContain('stream lost');
    expect(screen(short)).toContain('reconnecting');
    const closed = sampleView({
      mainGate: { open: false, changedAt: '2026-12-01T08:00:00Z', by: 'anna', reason: 'relay moves' },
    });
    expect(screen(closed)).toContain('! the main gate is closed: relay moves');
  });

  it('lets no control character of a name or a reason reach the terminal', () => {
    const evil = sampleView({
      campaign: sampleCampaign({ name: 'a\u001b[2Jb\u0007' }),
      acts: [sampleAct({ reason: 'x\u001b]0;title\u0007\r\ny' })],
    });
    expect(screen(evil)).not.toMatch(/[^\P{Cc}\n]/u);
  });
});

describe('the control room', () => {
  const heldBack = {
    responses: {
      open: 28,
      limit: 30,
      expected: 5.2,
      following: 'heldBack' as const,
      sentence: 'held back: 28 of 30 open, 5 more expected within the hour',
    },
  };
  const warned = {
    warnings: [
      {
        guard: 'hardBounces' as const,
        value: 0.019,
        threshold: 0.03,
        sentence: 'hard bounces: 1.9 % of the last 200 (holds at 3 %)',
      },
    ],
  };
  const full = sampleView({
    campaign: { ...sampleCampaign({ counts: rich.campaign.counts }), ...heldBack, ...warned },
    acts: [sampleAct(), sampleAct({ action: 'resume' }), sampleAct({ action: 'pause' })],
    batches: sampleBatches(),
    forecast: sampleForecast(),
  });
  const modes = { watching: '', helping: '?', pausing: 'pbusy', 'trying a pace': '+', undoing: 'u' };

  for (const [mode, keys] of Object.entries(modes))
    it(`fits every terminal from 60 by 16 on while ${mode}, with state, warnings, question and way out`, () => {
      const room = createKeyReader()(keys).reduce((room, key) => pressKey(room, key, full).room, quietRoom);
      for (const columns of [60, 80, 100])
        for (let rows = 16; rows <= 45; rows++) {
          const lines = drawScreen(full, { columns, rows }, sampleNow, room);
          const texts = lines.map((line) => renderLine(line, columns, paintFor(false)));
          const text = texts.join('\n');
          expect(lines.length, `${columns} by ${rows}:\n${text}`).toBeLessThanOrEqual(rows);
          expect(Math.max(...texts.map(columnsOf))).toBeLessThanOrEqual(columns);
          expect(text).toContain('▶ running');
          expect(text).toContain('hard bounces: 1.9 % of the last 200 (holds at 3 %)');
          expect(text).toContain('! 2 in doubt');
          expect(text).toContain(questions[mode]);
          expect(texts.slice(-2).join(' ')).toMatch(/q leaves|Esc drops it/);
        }
    });

  const questions: Record<string, string> = {
    watching: 'Next',
    helping: 'try a larger or smaller batch',
    pausing: 'Reason (may stay empty): busy▏',
    'trying a pace': '55 every 20 min',
    undoing: 'Take back "pace 50 every 20 min',
  };

  it('shows all of it with empty lines where there is room', () => {
    const text = screen(full);
    for (const part of ['▲ now', '● sent', 'Finish  18:40, 14 batches to come (18:40–19:10)', 'anna paused'])
      expect(text).toContain(part);
    expect(text.match(/\n\n/g)?.length).toBeGreaterThanOrEqual(5);
    expect(text).toMatch(/◐ +5 +13:20:42 +50 mails +42 s late +43 sent\n/);
    expect(text).toMatch(/○ +10 +15:00:00 +50 mails +in 46 min 12 s +planned\n/);
  });

  it('fills the bar of open responses only at the capacity, and says what lies above it', () => {
    const open = (change: object): string => {
      const campaign = sampleCampaign({ responses: { ...heldBack.responses, ...change } });
      return (
        screen(sampleView({ campaign }))
          .split('\n')
          .find((line) => line.startsWith('Open')) ?? ''
      );
    };
    expect(open({})).toBe('Open    ████████████████████████████░░ 28 of 30 open, 6 more expected');
    expect(open({ open: 999, limit: 1_000 })).toContain('█░ 999 of 1,000 open');
    expect(open({ open: 30, limit: 30 })).not.toContain('░');
    expect(open({ open: 34, limit: 30 })).toContain('! above the capacity: 34 of 30 open');
    expect(open({ open: 0, limit: 30 })).not.toContain('█');
    expect(screen(sampleView())).not.toContain('Open');
  });

  it('does not promise what a paused campaign would do only when it is resumed', () => {
    const pause = {
      at: '2026-12-01T13:10:00Z',
      by: 'anna',
      reason: null,
      inFlight: 0,
      settledAt: null,
      resumeAt: null,
    };
    const paused = sampleView({
      campaign: sampleCampaign({ state: 'paused', pause }),
      forecast: sampleForecast(),
    });
    expect(screen(paused)).toContain('14 batches to come (18:40–19:10); if it is resumed now');
    expect(screen(paused)).toMatch(/○ +8 .* if it is resumed now\n/);
    const mainGate = { ...openGate, open: false };
    const shut = sampleView({ mainGate, forecast: sampleForecast({ finishAt: null }) });
    expect(screen(shut)).toMatch(/○ +8 .* if the main gate opens now\n/);
    const unknown = {
      ...paused,
      forecast: sampleForecast({ finishAt: null, because: 'paused', batches: [] }),
    };
    expect(screen(unknown)).toContain('Finish  not known: the campaign is paused');
  });

  it('tells what guards see coming, in their own sentence', () => {
    const sentence = '2.1 % of the last 200 bounced hard; held at 3 %';
    const warnings = [{ guard: 'hardBounces' as const, value: 0.021, threshold: 0.03, sentence }];
    const text = screen(sampleView({ campaign: sampleCampaign({ warnings }) }));
    expect(text).toContain(`! ${sentence}\n`);
  });

  it('names no key where nobody can press one', () => {
    const lines = drawScreen(full, { columns: 80, rows: 40 }, sampleNow, null);
    const text = lines.map((line) => line.map(([, piece]) => piece).join('')).join('\n');
    expect(text).toContain('Ctrl-C leaves; the campaign goes on');
    expect(text).not.toContain('p pause');
  });
});
