import type { Api } from '../api.ts';
import type { Batch, Campaign, Control, Forecast, List, MainGate } from '../answers.ts';
import { Failure } from '../failure.ts';
import { hasNoForecast, loadForecast } from './load-forecast.ts';
import { hasEnded } from './state-words.ts';
import type { WatchView } from './watch-view.ts';

/** Without whether the stream is lost: that is the stream's to say. */
export type LoadedView = Omit<WatchView, 'lostSince'>;

/** How much is asked of the server each time: a line per change needs little, the control room its timeline. */
export type Depth = 'lines' | 'room';

/** A plan that nothing changed is asked for again after this; the clock alone moves it (what is late, what is learned). */
const forecastAgeMs = 15_000;

/** Loads what the screen shows, again and again; the forecast only when it may have become another one. */
export function createViewLoader(
  api: Api,
  id: string,
  now: () => Date,
  depth: Depth,
): () => Promise<LoadedView> {
  const path = `/v1/campaigns/${id}`;
  const limits = depth === 'room' ? { acts: 50, batches: 100 } : { acts: 5, batches: 1 };
  const foresee =
    depth === 'room' ? createForesight(api, id, now) : (): Promise<null> => Promise.resolve(null);
  return async () => {
    const [campaign, controls, batches, mainGate] = await Promise.all([
      api.get<Campaign>(path),
      api.get<List<Control>>(`${path}/controls`, { limit: limits.acts }),
      api.get<List<Batch>>(`${path}/batches`, { limit: limits.batches }),
      api.get<MainGate>('/v1/main-gate'),
    ]);
    const forecast = await foresee(campaign, mainGate);
    return { campaign, acts: controls.items, batches: batches.items, forecast, mainGate, updatedAt: now() };
  };
}

function createForesight(api: Api, id: string, now: () => Date) {
  let known: { readonly of: string; readonly atMs: number; readonly forecast: Forecast | null } | null = null;
  let offered = true;
  return async (campaign: Campaign, mainGate: MainGate): Promise<Forecast | null> => {
    if (!offered || hasEnded(campaign.state)) return null;
    const { version, state, next } = campaign;
    const of = JSON.stringify([version, state, next?.batch, next?.at, mainGate.open]);
    const nowMs = now().getTime();
    if (known !== null && known.of === of && nowMs - known.atMs < forecastAgeMs) return known.forecast;
    try {
      known = { of, atMs: nowMs, forecast: await loadForecast(api, id) };
    } catch (error) {
      if (hasNoForecast(error)) offered = false;
      // What the server refuses to foresee is not shown; everything else on the screen still holds.
      else if (!(error instanceof Failure) || error.exitCode !== 3) throw error;
      known = { of, atMs: nowMs, forecast: null };
    }
    return known.forecast;
  };
}
