import type { Batch, Campaign, Control, Forecast, List, MainGate } from '../answers.ts';
import type { Api } from '../api.ts';
import type { Bell } from '../bell.ts';
import { Failure } from '../failure.ts';
import { pause } from '../pause.ts';
import { hasNoForecast, loadForecast } from './load-forecast.ts';
import { loadNames, type Names } from './setting-lines.ts';
import { hasEnded } from './state-words.ts';
import type { WatchView } from './watch-view.ts';

/** Without whether the stream is lost: that is the stream's to say. */
export type LoadedView = Omit<WatchView, 'lostSince'>;

/** How much is asked of the server each time: a line per change needs little, the control room its timeline. */
export type Depth = 'lines' | 'room';

/** A plan that nothing changed is asked for again after this; the clock alone moves it (what is late, what is learned). */
const forecastAgeMs = 15_000;

/** A plan of many batches may take its time: the rest of the screen waits no longer for it than this. */
const forecastPatienceMs = 300;

/**
 * Loads what the screen shows, again and again; the forecast only when it may have become another one. One that is late is not
 * waited for: `bell` is struck when it is there.
 */
export function createViewLoader(
  api: Api,
  id: string,
  now: () => Date,
  depth: Depth,
  bell: Bell,
): () => Promise<LoadedView> {
  const path = `/v1/campaigns/${id}`;
  const limits = depth === 'room' ? { acts: 50, batches: 100 } : { acts: 5, batches: 1 };
  const foresight = depth === 'room' ? new Foresight(api, id, now, bell) : null;
  let names: Promise<Names> | null = null;
  return async () => {
    const [campaign, controls, batches, mainGate] = await Promise.all([
      api.get<Campaign>(path),
      api.get<List<Control>>(`${path}/controls`, { limit: limits.acts }),
      api.get<List<Batch>>(`${path}/batches`, { limit: limits.batches }),
      api.get<MainGate>('/v1/main-gate'),
    ]);
    // A name may be old for as long as somebody watches; to ask for it each second would be worse.
    names ??= loadNames(api, campaign);
    const forecast = foresight === null ? null : await foresight.of(campaign, mainGate);
    return {
      campaign,
      acts: controls.items,
      batches: batches.items,
      forecast,
      names: await names,
      mainGate,
      updatedAt: now(),
    };
  };
}

/** The forecast as it was last told, for as long as it is still the one of this plan. */
class Foresight {
  readonly #api: Api;
  readonly #id: string;
  readonly #now: () => Date;
  readonly #bell: Bell;
  #known: {
    readonly plan: string;
    readonly step: string;
    readonly atMs: number;
    readonly told: Forecast | null;
  };
  #asking: Promise<void> | null = null;
  #isLate = false;
  #offered = true;

  constructor(api: Api, id: string, now: () => Date, bell: Bell) {
    this.#api = api;
    this.#id = id;
    this.#now = now;
    this.#bell = bell;
    this.#known = { plan: '', step: '', atMs: 0, told: null };
  }

  async of({ version, state, next }: Campaign, { open }: MainGate): Promise<Forecast | null> {
    if (!this.#offered || hasEnded(state)) return null;
    const plan = JSON.stringify([version, state, open]);
    const step = JSON.stringify([next?.batch, next?.at]);
    const isOld = this.#now().getTime() - this.#known.atMs >= forecastAgeMs;
    if (isOld || this.#known.plan !== plan || this.#known.step !== step) {
      this.#asking ??= this.#ask(plan, step);
      const waited = new AbortController();
      await Promise.race([this.#asking, pause(forecastPatienceMs, waited.signal)]);
      waited.abort();
      this.#isLate = this.#asking !== null;
    }
    // The finish of another pace is worse than none.
    return this.#known.plan === plan ? this.#known.told : null;
  }

  async #ask(plan: string, step: string): Promise<void> {
    const atMs = this.#now().getTime();
    try {
      this.#known = { plan, step, atMs, told: await loadForecast(this.#api, this.#id) };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (hasNoForecast(error)) this.#offered = false;
      // What the server refuses to foresee, or cannot now, is not shown; everything else on the screen still holds.
      this.#known = { plan, step, atMs, told: null };
    } finally {
      this.#asking = null;
      if (this.#isLate) this.#bell.strike();
    }
  }
}
