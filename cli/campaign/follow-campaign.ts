import type { Api } from '../api.ts';
import type { Batch, Campaign, Control, List, MainGate } from '../answers.ts';
import { Failure } from '../failure.ts';
import { followEvents, usualPatience, type Patience } from '../follow-events.ts';
import { pause } from '../pause.ts';
import { hasEnded } from './state-words.ts';
import type { WatchView } from './watch-view.ts';

export interface FollowOptions {
  readonly api: Api;
  readonly id: string;
  readonly signal: AbortSignal;
  readonly show: (view: WatchView) => void;
  readonly now: () => Date;
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
  let view = await loadView(api, id, now);
  show(view);
  if (hasEnded(view.campaign.state)) return view;
  const bell = ring();
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
      await refresh(api, id, now, update);
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
async function refresh(
  api: Api,
  id: string,
  now: () => Date,
  update: (view: Partial<WatchView>) => void,
): Promise<void> {
  try {
    // Whether the stream is lost is the stream's to say.
    const { lostSince: _, ...fresh } = await loadView(api, id, now);
    update(fresh);
  } catch (error) {
    if (!(error instanceof Failure) || (error.exitCode !== 5 && error.exitCode !== 1)) throw error;
  }
}

async function loadView(api: Api, id: string, now: () => Date): Promise<WatchView> {
  const path = `/v1/campaigns/${id}`;
  const [campaign, controls, batches, mainGate] = await Promise.all([
    api.get<Campaign>(path),
    api.get<List<Control>>(`${path}/controls`, { limit: 5 }),
    api.get<List<Batch>>(`${path}/batches`, { limit: 1 }),
    api.get<MainGate>('/v1/main-gate'),
  ]);
  return {
    campaign,
    acts: controls.items,
    batch: batches.items[0] ?? null,
    mainGate,
    updatedAt: now(),
    lostSince: null,
  };
}

/** A bell that remembers that it was struck while nobody was waiting. */
function ring(): { strike: () => void; wait: (ms: number, signal: AbortSignal) => Promise<void> } {
  let struck = false;
  let heard = (): void => undefined;
  return {
    strike: () => {
      struck = true;
      heard();
    },
    wait: async (ms, signal) => {
      if (!struck) {
        const early = new AbortController();
        heard = () => early.abort();
        await pause(ms, AbortSignal.any([signal, early.signal]));
      }
      struck = false;
    },
  };
}
