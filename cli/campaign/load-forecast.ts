import type { Forecast } from '../answers.ts';
import type { Api, Query } from '../api.ts';
import { Failure } from '../failure.ts';
import type { AskedPace } from './pace-text.ts';

/** What else the planner is asked to suppose; what is left out stays as it is. */
export interface Supposed {
  readonly pace?: AskedPace;
  readonly startAt?: string;
  readonly capacity?: string;
}

export async function loadForecast(api: Api, id: string, supposed: Supposed = {}): Promise<Forecast> {
  const { pace, startAt, capacity } = supposed;
  const { ramp, ...form } = pace ?? {};
  const query: Query = { ...form, rampFrom: ramp?.from, rampFactor: ramp?.factor, startAt, capacity };
  return api.get<Forecast>(`/v1/campaigns/${id}/forecast`, query);
}

/** Both from one moment, so that what differs is the pace alone. */
export interface WhatIf {
  readonly today: Forecast;
  readonly changed: Forecast;
}

export async function loadWhatIf(api: Api, id: string, supposed: Supposed): Promise<WhatIf> {
  const [today, changed] = await Promise.all([loadForecast(api, id), loadForecast(api, id, supposed)]);
  return { today, changed };
}

/** An older server has no forecast: no such page (404) or no such method (405). */
export function hasNoForecast(error: unknown): boolean {
  const status = error instanceof Failure ? error.problem?.status : undefined;
  return status === 404 || status === 405;
}
