import { describe, expect, it } from 'vitest';
import { timelineLines } from '../../../cli/campaign/timeline.ts';
import type { WatchView } from '../../../cli/campaign/watch-view.ts';
import { columnsOf } from '../../../cli/terminal-text.ts';
import {
  countsOf,
  sampleAct,
  sampleBatches,
  sampleCampaign,
  sampleForecast,
  sampleNow,
  sampleView,
} from './sample.ts';

function draw(view: WatchView, width = 80, now = sampleNow): string[] {
  return timelineLines(view, width, now, { legend: true }).map((line) =>
    line.map(([, text]) => text).join(''),
  );
}

const whole = sampleView({
  batches: sampleBatches(),
  forecast: sampleForecast(),
  acts: [
    sampleAct({ action: 'resume', at: '2026-12-01T12:15:00Z' }),
    sampleAct({ action: 'pause', at: '2026-12-01T12:05:00Z' }),
  ],
});

describe('the timeline', () => {
  it('shows each batch that was and each to come, the late one and the pause by a sign of their own', () => {
    const [axis = '', labels = '', legend = ''] = draw(whole);
    expect(axis).toBe('●──●───●───●‖‖‖◐───●───●──│○───○───○───○───○───○───○───○───○───○───○───○───○───○');
    expect(labels).toBe('                          ▲ now                ╵16:00                  ╵18:00');
    expect(legend.trim()).toBe('● sent  ◐ late  ○ planned  ‖ paused');
  });

  it('puts nothing that is past behind now and nothing that is to come before it', () => {
    for (const width of [40, 60, 80, 120]) {
      const [axis = '', labels = ''] = draw(whole, width);
      const now = labels.indexOf('▲');
      expect(columnsOf(axis)).toBe(width);
      expect(axis.slice(now + 1)).not.toMatch(/[●◐▶‖]/);
      expect(axis.slice(0, now)).not.toContain('○');
    }
  });

  it('puts a batch that is due already at now, not where it should have been', () => {
    const late = { batch: 8, at: '2026-12-01T13:02:00Z', size: 50 };
    const forecast = sampleForecast({ batches: [late], finishAt: '2026-12-01T14:00:00Z' });
    const [axis = '', labels = ''] = draw(sampleView({ batches: sampleBatches(), forecast }));
    expect(axis.indexOf('○')).toBe(axis.length - 1);
    expect(labels.trimEnd().endsWith('now ▲')).toBe(true);
  });

  it('marks the pause in force up to now, and a hold by another sign', () => {
    const pause = {
      at: '2026-12-01T13:05:00Z',
      by: 'anna',
      reason: null,
      inFlight: 0,
      settledAt: null,
      resumeAt: null,
    };
    const paused = sampleView({
      batches: sampleBatches(),
      campaign: sampleCampaign({ state: 'paused', pause }),
    });
    expect(draw(paused)[0]).toMatch(/●─*‖+$/);
    const held = { ...paused, campaign: { ...paused.campaign, state: 'held' as const } };
    expect(draw(held)[0]).toMatch(/●─*!+$/);
    expect(draw(held)[2]).toContain('! held');
  });

  it('shows a batch under way, and tells where batches are left out of the list', () => {
    const [latest, ...others] = sampleBatches();
    const batches = latest === undefined ? [] : [{ ...latest, finishedAt: null }, ...others];
    const batch = { batch: 8, at: '2026-12-01T13:20:00Z', size: 50 };
    const forecast = sampleForecast({ batches: [batch], truncated: true });
    const [axis = '', , legend = ''] = draw(sampleView({ batches, forecast }));
    expect(axis).toMatch(/▶──│○┈+$/);
    expect(legend).toContain('▶ under way');
    expect(legend).toContain('┈ more batches');
  });

  it('knows only the next batch without a forecast, and draws nothing when there is nothing to draw', () => {
    expect(draw(sampleView({ batches: sampleBatches() }))[0]).toMatch(/●─+│?─*○$/);
    const draft = sampleView({ campaign: sampleCampaign({ state: 'draft', next: null }), acts: [] });
    expect(draw(draft)).toEqual([]);
  });

  it('has no now and nothing to come when the campaign has ended', () => {
    const campaign = sampleCampaign({ state: 'finished', next: null, counts: countsOf({ sent: 350 }) });
    const [axis = '', labels = ''] = draw(sampleView({ campaign, batches: sampleBatches() }));
    expect(labels).not.toContain('now');
    expect(axis).not.toMatch(/[○│]/);
    expect(axis.endsWith('●')).toBe(true);
  });

  it('marks when no window is open, and nothing without windows', () => {
    const batches = ['2026-12-01T15:00:00Z', '2026-12-02T08:00:00Z', '2026-12-02T12:00:00Z'];
    const forecast = sampleForecast({
      batches: batches.map((at, index) => ({ batch: 8 + index, at, size: 50 })),
      finishAt: '2026-12-02T12:00:00Z',
    });
    const days = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
    const campaign = sampleCampaign({ windows: [{ days: [...days], from: '09:00', to: '17:00' }] });
    const [axis = '', , legend = ''] = draw(sampleView({ forecast, campaign }));
    // From 14:13 in Berlin: open until 17:00, a batch at 16:00, and the next one when it opens at 09:00.
    expect(axis).toMatch(/^│─+○─+·{50,}○─+○$/);
    expect(legend).toContain('· window closed');
    const holiday = { ...campaign, holidays: ['2026-12-02'] };
    expect(draw(sampleView({ forecast, campaign: holiday }))[0]).toMatch(/^│─+○─+·+○·+○$/);
    const always = sampleCampaign();
    expect(draw(sampleView({ forecast, campaign: always }))[0]).not.toContain('·');
  });

  it("names round times of the campaign's own clock, with the day when it is longer than one, across a change of the clocks", () => {
    const days = sampleForecast({
      batches: [{ batch: 1, at: '2026-10-27T07:00:00Z', size: 50 }],
      finishAt: '2026-10-27T07:00:00Z',
    });
    // Berlin leaves summer time on 25 October 2026.
    const [, labels = ''] = draw(sampleView({ forecast: days }), 120, new Date('2026-10-24T06:00:00Z'));
    expect(labels).toContain('▲ now');
    const ticks = ['╵Sat 12:00', '╵Sun 00:00', '╵Sun 12:00', '╵Mon 00:00', '╵Mon 12:00', '╵Tue 00:00'];
    expect(labels.match(/╵\S+ \S+/g)).toEqual(ticks);
    const short = draw(sampleView({ forecast: days }), 60, new Date('2026-10-24T06:00:00Z'))[1];
    expect(short?.match(/╵\S+ \S+/g)).toEqual(['╵Sun 25', '╵Mon 26', '╵Tue 27']);
  });
});
