import type { Command } from 'commander';
import { apiCommand, openSession, type CommonOptions, type Session } from '../command.ts';
import { Failure } from '../failure.ts';
import type { Surroundings } from '../surroundings.ts';
import { openControlRoom } from './control-room.ts';
import { findCampaignId } from './find-campaign.ts';
import { followCampaign } from './follow-campaign.ts';
import { stateSentence } from './state-words.ts';
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
      '\nOn a terminal: p pauses, r resumes, + - > < try a pace, u takes the last one back, ? shows the keys, q leaves; the campaign goes on. Ends by itself when the campaign has ended.',
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
  const { onInterrupt, out } = session.surroundings;
  const left = new AbortController();
  const noInterrupt = onInterrupt(() => left.abort());
  try {
    return out.isTTY && !session.json
      ? await openControlRoom(session, id, left)
      : await watchInLines(session, id, left.signal);
  } finally {
    noInterrupt();
  }
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
