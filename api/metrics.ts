import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { listActiveCampaigns } from '../db/campaigns.ts';
import { countActiveDeliveries, countCampaigns, countInDoubt } from '../db/metrics.ts';
import type { Database } from '../db/open.ts';
import { readPlan } from '../db/plan-state.ts';
import { campaignStates } from '../domain/campaign-state.ts';
import { deliveryStates } from '../domain/delivery-state.ts';

export interface Metrics {
  readonly contentType: string;
  /** Everything in Prometheus' text form; what the database knows is asked now. */
  render(db: Database): Promise<string>;
  observe(route: string, method: string, status: number, seconds: number): void;
}

/** `process`: also figures of this process (memory, event loop), once per process. */
export function createMetrics(options: { readonly process: boolean }): Metrics {
  const registry = new Registry();
  if (options.process) collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'sluice_http_request_duration_seconds',
    help: 'Duration of HTTP requests by route; event streams are not counted',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    registers: [registry],
  });
  const gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const gauges = {
    campaigns: gauge('sluice_campaigns', 'Campaigns by state', ['state']),
    deliveries: gauge('sluice_deliveries', 'Deliveries of campaigns that have not ended, by state', [
      'state',
    ]),
    inDoubt: gauge(
      'sluice_deliveries_in_doubt',
      'Deliveries in doubt in all campaigns; each waits for a person',
    ),
    lateness: gauge(
      'sluice_batch_lateness_seconds',
      'How long the most overdue batch of running campaigns has been due',
    ),
  };
  return {
    contentType: registry.contentType,
    render: async (db) => {
      await readGauges(db, gauges);
      return registry.metrics();
    },
    observe: (route, method, status, seconds) => duration.observe({ route, method, status }, seconds),
  };
}

/** Measures every request under its route's template: ids in it would make a series of each. */
export function observeRequests(metrics: Metrics): RequestHandler {
  return ({ method }, response, next) => {
    const began = performance.now();
    response.once('finish', () => {
      const route: unknown = response.locals['route'];
      if (response.getHeader('content-type') === 'text/event-stream; charset=utf-8') return;
      const name = typeof route === 'string' ? route : 'none';
      metrics.observe(name, method, response.statusCode, (performance.now() - began) / 1000);
    });
    next();
  };
}

type Gauges = Record<'campaigns' | 'deliveries' | 'inDoubt' | 'lateness', Gauge>;

async function readGauges(db: Database, gauges: Gauges): Promise<void> {
  const [campaigns, deliveries, inDoubt, lateMs] = await Promise.all([
    countCampaigns(db),
    countActiveDeliveries(db),
    countInDoubt(db),
    longestLateness(db),
  ]);
  for (const state of campaignStates)
    gauges.campaigns.set({ state }, campaigns.find((row) => row.state === state)?.n ?? 0);
  for (const state of deliveryStates)
    gauges.deliveries.set({ state }, deliveries.find((row) => row.state === state)?.n ?? 0);
  gauges.inDoubt.set(inDoubt);
  gauges.lateness.set(lateMs / 1000);
}

/** A batch under way is not late: its number is the one that the plan would continue. */
async function longestLateness(db: Database): Promise<number> {
  const now = Date.now();
  let longest = 0;
  for (const { id, state } of await listActiveCampaigns(db)) {
    if (state !== 'running' && state !== 'scheduled') continue;
    const { step } = await readPlan(db, id, now);
    if (step.kind === 'batch' && !step.batch.continues && Number.isFinite(step.batch.at))
      longest = Math.max(longest, now - step.batch.at);
  }
  return longest;
}
