import type { Campaign } from '../answers.ts';
import type { Api } from '../api.ts';
import { progressBar } from '../campaign/progress-bar.ts';
import { settledOf } from '../campaign/state-words.ts';
import { Failure } from '../failure.ts';
import { count } from '../numbers.ts';
import type { Paint } from '../paint.ts';
import { pause } from '../pause.ts';
import type { Surroundings } from '../surroundings.ts';
import { renderLine, wrap } from '../terminal-text.ts';

/** What the steps of the demo tell with and wait with. */
export interface Story {
  readonly paint: Paint;
  readonly step: (title: string) => void;
  readonly say: (line: string) => void;
  /** Shows where the campaign is now: a moving bar on a terminal, a line per tenth elsewhere. */
  readonly show: (campaign: Campaign) => void;
  /** Waits until it holds; fails after the deadline or when the demo is interrupted. */
  readonly until: (
    what: string,
    holds: () => boolean | Promise<boolean>,
    seconds: number,
    everyMs?: number,
  ) => Promise<void>;
  readonly sleep: (ms: number) => Promise<void>;
}

/** The demo was interrupted by Ctrl-C: no failure, everything is cleaned up. */
export class Interrupted extends Error {}

export function tellStory({ out, now }: Surroundings, paint: Paint, signal: AbortSignal): Story {
  const startedAt = now().getTime();
  let barShown = false;
  let tenth = -1;
  const line = (text: string): void => {
    out.write(`${barShown ? '\r\u001b[K' : ''}${text}\n`);
    barShown = false;
  };
  const sleep = async (ms: number): Promise<void> => {
    await pause(ms, signal);
    if (signal.aborted) throw new Interrupted();
  };
  return {
    paint,
    sleep,
    step: (title) => {
      const seconds = Math.round((now().getTime() - startedAt) / 1000);
      line(`${paint('dim', `${String(seconds).padStart(3)} s`)}  ${paint('strong', title)}`);
    },
    say: (text) => {
      const columns = out.isTTY ? out.size().columns - 8 : Number.POSITIVE_INFINITY;
      // What begins with a space is a table and keeps its shape.
      for (const each of text.startsWith(' ') ? [text] : wrap(text, columns))
        line(each === '' ? '' : `       ${each}`);
    },
    show: (campaign) => {
      // Before the snapshot there is nobody to show.
      if (campaign.counts.total === 0) return;
      if (out.isTTY) {
        out.write(`\r\u001b[K${barLine(campaign, out.size().columns, paint)}`);
        barShown = true;
        return;
      }
      const { counts } = campaign;
      const passed = Math.trunc((10 * settledOf(counts)) / counts.total);
      if (passed > tenth) line(barLine(campaign, 72, paint));
      tenth = Math.max(tenth, passed);
    },
    until: async (what, holds, seconds, everyMs = 100) => {
      const deadline = Date.now() + seconds * 1_000;
      while (!(await holds())) {
        if (Date.now() > deadline) throw new Failure(1, `${what} did not happen within ${seconds} s`);
        await sleep(everyMs);
      }
    },
  };
}

export async function readCampaign(api: Api, id: string): Promise<Campaign> {
  return await api.get<Campaign>(`/v1/campaigns/${id}`);
}

function barLine({ counts }: Campaign, columns: number, paint: Paint): string {
  const doubt = counts.inDoubt > 0 ? `, ${count(counts.inDoubt)} in doubt` : '';
  const figures = ` ${count(settledOf(counts))} of ${count(counts.total)}${doubt}`;
  const bar = progressBar(counts, Math.max(10, Math.min(40, columns - figures.length - 9)));
  return renderLine([['plain', '       '], ...bar, ['plain', figures]], columns - 1, paint);
}
