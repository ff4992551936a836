import type { Command } from 'commander';
import { apiCommand, openSession, type CommonOptions, type Session } from '../command.ts';
import { Failure } from '../failure.ts';
import { openLiveScreen } from '../live-screen.ts';
import type { Surroundings } from '../surroundings.ts';
import { findCampaignId } from './find-campaign.ts';
import { followCampaign } from './follow-campaign.ts';
import { drawScreen } from './screen.ts';
import { hasEnded, stateSentence } from './state-words.ts';
import { watchLines } from './watch-lines.ts';
import type { WatchView } from './watch-view.ts';

interface WatchOptions extends CommonOptions {
  readonly untilFinished?: boolean;
}

export function addWatchCommand(campaign: Command, surroundings: Surroundings): void {
  apiCommand(
    campaign,
    'watch <id>',
    'follow a campaign live; one line per change when the output is no terminal',
  )
    .option(
      '--until-finished',
      'for scripts: exit code 0 only when it finished, 3 when it was stopped for good',
    )
    .addHelpText(
      'after',
      '\nq or Ctrl-C leaves the screen; the campaign goes on. Ends by itself when the campaign has ended.',
    )
    .action(async (typed: string, options: WatchOptions) => {
      const session = openSession(options, surroundings);
      const id = await findCampaignId(session.api, typed);
      const last = await watch(session, id);
      if (options.untilFinished === true && last.campaign.state !== 'finished')
        throw new Failure(
          3,
          `the campaign has not finished: ${stateSentence(last.campaign, surroundings.now())}`,
        );
    });
}

async function watch(session: Session, id: string): Promise<WatchView> {
  const { input, onInterrupt, out } = session.surroundings;
  const left = new AbortController();
  const noInterrupt = onInterrupt(() => left.abort());
  try {
    if (!out.isTTY || session.json) return await watchInLines(session, id, left.signal);
    const noKeys = input.isTTY
      ? input.onKey((key) => {
          if (leaveKeys.has(key)) left.abort();
        })
      : (): void => undefined;
    try {
      return await watchOnScreen(session, id, left.signal);
    } finally {
      noKeys();
    }
  } finally {
    noInterrupt();
  }
}

/** q, Q, Ctrl-C and Ctrl-D; in raw mode the terminal makes no signal of them. */
const leaveKeys = new Set(['q', 'Q', '\u0003', '\u0004']);

async function watchOnScreen(session: Session, id: string, signal: AbortSignal): Promise<WatchView> {
  const { api, paint, surroundings } = session;
  let view: WatchView | null = null;
  // Nothing is asked of the terminal before the campaign is known: an error stays readable.
  let screen: ReturnType<typeof openLiveScreen> | null = null;
  const show = (next: WatchView): void => {
    view = next;
    screen ??= openLiveScreen(surroundings, paint, (columns) =>
      view === null ? [] : drawScreen(view, columns, surroundings.now()),
    );
    screen.redraw();
  };
  const countdown = setInterval(() => screen?.redraw(), 1_000);
  let last: WatchView;
  try {
    last = await followCampaign({ api, id, signal, show, now: surroundings.now });
  } finally {
    clearInterval(countdown);
    // Assigned in a callback, which the compiler does not follow.
    (screen as ReturnType<typeof openLiveScreen> | null)?.close();
  }
  const ended = hasEnded(last.campaign.state);
  session.say(
    `${last.campaign.name}: ${stateSentence(last.campaign, surroundings.now())}`,
    ended
      ? `report: sluice campaign report ${id.slice(0, 8)}`
      : `the campaign goes on; back to it: sluice campaign watch ${id.slice(0, 8)}`,
  );
  return last;
}

async function watchInLines(session: Session, id: string, signal: AbortSignal): Promise<WatchView> {
  const { api, surroundings } = session;
  let before: WatchView | null = null;
  const show = (view: WatchView): void => {
    const lines = watchLines(before, view);
    if (session.json && lines.length > 0) surroundings.out.write(`${JSON.stringify(view.campaign)}\n`);
    session.say(...lines);
    before = view;
  };
  return await followCampaign({ api, id, signal, show, now: surroundings.now });
}
