import type { Batch, Campaign, Control, Forecast, MainGate } from '../../../cli/answers.ts';
import type { WatchView } from '../../../cli/campaign/watch-view.ts';
import type { Counts } from '../../../domain/delivery-state.ts';

export const sampleId = '0c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1';
export const sampleNow = new Date('2026-12-01T13:13:48Z');

/** Counts that sum to their total. */
export function countsOf(given: Partial<Counts>): Counts {
  const counts = {
    planned: 0,
    sending: 0,
    deferred: 0,
    sent: 0,
    failed: 0,
    skipped: 0,
    cancelled: 0,
    inDoubt: 0,
    ...given,
  };
  const { total: _, ...states } = { total: 0, ...counts };
  return { ...states, total: Object.values(states).reduce((sum, each) => sum + each, 0) };
}

/** A campaign under way, as GET /v1/campaigns/{id} answers. */
export function sampleCampaign(change: Partial<Campaign> = {}): Campaign {
  return {
    id: sampleId,
    version: 3,
    state: 'running',
    name: 'Server upgrade on 5 December',
    audience: { all: true },
    identity: { name: 'IT department', address: 'it@example.com' },
    content: { subject: 'Your client needs a new setting', text: '{{ contact.salutation }}' },
    template: null,
    namedIdentity: null,
    signature: null,
    pace: { size: 50, every: '20m' },
    counts: countsOf({ sent: 300, failed: 2, skipped: 10, deferred: 4, planned: 684 }),
    startAt: null,
    windows: [],
    holidays: [],
    limits: [],
    follows: null,
    capacity: null,
    responses: null,
    timeZone: 'Europe/Berlin',
    responseLinks: [],
    stream: 'campaign',
    consent: { newsletter: true, concerned: 0 },
    documents: [],
    onceWithin: null,
    logActivity: true,
    records: [],
    createdAt: '2026-12-01T10:00:00Z',
    createdBy: 'anna',
    startedAt: '2026-12-01T11:00:00Z',
    finishedAt: null,
    updatedAt: '2026-12-01T13:00:00Z',
    pause: null,
    next: { batch: 8, at: '2026-12-01T13:20:00Z', size: 50, because: 'gap' },
    trouble: null,
    guards: {
      hardBounces: { share: 0.08, of: 100 },
      complaints: { share: 0.003, of: 1_000 },
      deferrals: { share: 0.6, of: 200 },
      overCapacity: { after: '30m' },
      behindPlan: null,
    },
    warnings: [],
    temporal: { workflowId: `campaign-${sampleId}`, runId: null, url: null },
    ...change,
  };
}

export function sampleAct(change: Partial<Control> = {}): Control {
  return {
    id: '11111111-2222-4333-8444-555555555555',
    at: '2026-12-01T13:02:00Z',
    by: 'anna',
    via: 'api',
    action: 'setPace',
    from: { size: 50, every: '20m' },
    to: { size: 100, every: '20m' },
    reason: 'two more people at the desk',
    ...change,
  };
}

/** The seven batches that the sample campaign began, newest first; the fifth began late. */
export function sampleBatches(): Batch[] {
  return Array.from({ length: 7 }, (_, index) => {
    const number = 7 - index;
    const plannedMs = Date.parse('2026-12-01T11:00:00Z') + (number - 1) * 1_200_000;
    const startedMs = plannedMs + (number === 5 ? 42_000 : 40);
    return {
      number,
      plannedAt: new Date(plannedMs).toISOString(),
      startedAt: new Date(startedMs).toISOString(),
      finishedAt: new Date(startedMs + 9_000).toISOString(),
      size: 50,
      counts: countsOf({
        sent: number === 7 ? 44 : 43,
        failed: number === 3 ? 2 : 0,
        deferred: number === 7 ? 4 : 0,
      }),
    };
  });
}

/** The rest of the sample campaign: batches 8 to 21, one every 20 minutes from 14:20 in Berlin on. */
export function sampleForecast(change: Partial<Forecast> = {}): Forecast {
  return {
    asOf: sampleNow.toISOString(),
    pace: { size: 50, every: '20m' },
    batches: Array.from({ length: 14 }, (_, index) => ({
      batch: 8 + index,
      at: new Date(Date.parse('2026-12-01T13:20:00Z') + index * 1_200_000).toISOString(),
      size: index < 13 ? 50 : 38,
    })),
    total: 14,
    truncated: false,
    finishAt: '2026-12-01T17:40:00Z',
    range: { early: '2026-12-01T17:40:00Z', late: '2026-12-01T18:10:00Z' },
    because: null,
    assumptions: ['the relay answers as it did in the last hour'],
    responses: null,
    warnings: [],
    ...change,
  };
}

export const openGate: MainGate = { open: true, changedAt: '2026-12-01T08:00:00Z', by: null, reason: null };

export function sampleView(change: Partial<WatchView> = {}): WatchView {
  return {
    campaign: sampleCampaign(),
    acts: [sampleAct()],
    batches: [],
    forecast: null,
    names: { desk: null, followed: null, workList: null },
    mainGate: openGate,
    updatedAt: sampleNow,
    lostSince: null,
    ...change,
  };
}
