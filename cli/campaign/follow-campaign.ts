import type { Api } from '../api.ts';
import { createBell, type Bell } from '../bell.ts';
import { Failure } from '../failure.ts';
import { followEvents, usualPatience, type Patience } from '../follow-events.ts';
import { pause } from '../pause.ts';
import { createViewLoader, type Depth, type LoadedView } from './load-view.ts';
import { hasEnded } from './state-words.ts';
import type { WatchView } from './watch-view.ts';

export interface FollowOptions {
  readonly api: Api;
  readonly id: string;
  readonly signal: AbortSignal;
  readonly show: (view: WatchView) => void;
  readonly now: () => Date;
  /** How much to load; lines need the least. */
  readonly depth?: Depth;
  /** Struck from outside too when something is known to have changed. */
  readonly bell?: Bell;
  readonly patience?: Patience;
  /** At most one question to the server in this time, and one after `idleMs` without an event. */
  readonly refreshMs?: number;
  readonly idleMs?: number;
}

/**
 * Follows a campaign until it has ended or the signal aborts, and answers the last view. Events only say *that* something changed;
 * what is shown is always the server's own answer to GET, so a lost or repeated event cannot make the screen wrong.
 */
export async function followCampaign(options: FollowOptions): Promise<WatchView> {
  const { api, id, now, show } = options;
  const end = new AbortController();
  const signal = AbortSignal.any([options.signal, end.signal]);
  const bell = options.bell ?? createBell();
  const load = createViewLoader(api, id, now, options.depth ?? 'lines', bell);
  let view: WatchView = { ...(await load()), lostSince: null };
  show(view);
  if (hasEnded(view.campaign.state)) return view;
  const update = (change: Partial<WatchView>): void => {
    view = { ...view, ...change };
    show(view);
  };
  const stream = followEvents(
    api,
    `/v1/campaigns/${id}/events`,
    {
      onLive: () => {
        if (view.lostSince !== null) update({ lostSince: null });
        bell.strike();
      },
      onEvent: bell.strike,
      onLost: () => {
        if (view.lostSince === null) update({ lostSince: now() });
      },
    },
    signal,
    options.patience ?? usualPatience,
  );
  const refreshing = (async () => {
    while (!signal.aborted) {
      await bell.wait(options.idleMs ?? 10_000, signal);
      if (signal.aborted) return;
      await refresh(load, update);
      if (hasEnded(view.campaign.state)) return;
      await pause(options.refreshMs ?? 500, signal);
    }
  })();
  try {
    await Promise.race([stream, refreshing]);
  } finally {
    end.abort();
    await Promise.allSettled([stream, refreshing]);
  }
  return view;
}

/** While the server is away the old view stays; the stream says that it is lost. */
async function refresh(load: () => Promise<LoadedView>, update: (view: LoadedView) => void): Promise<void> {
  try {
    update(await load());
  } catch (error) {
    if (!(error instanceof Failure) || (error.exitCode !== 5 && error.exitCode !== 1)) throw error;
  }
}
