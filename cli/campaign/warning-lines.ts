import { count } from '../numbers.ts';
import type { Style } from '../paint.ts';
import { clean, wrap, type Line } from '../terminal-text.ts';
import { clock } from '../times.ts';
import { guardWarnings } from './guard-words.ts';
import type { WatchView } from './watch-view.ts';

/** What an operator should look at: a hold's way out, a relay in trouble, warnings of guards, mails in doubt. */
export function warningLines({ campaign }: WatchView, width: number, now: Date): Line[] {
  const { counts, id, state, trouble } = campaign;
  const lines: Line[] = [];
  const warn = (style: Style, text: string): void => {
    lines.push(...wrap(text, width).map((line): Line => [[style, line]]));
  };
  if (state === 'held')
    warn('bad', `! mend the cause, then: sluice campaign resume ${id.slice(0, 8)} --acknowledge`);
  if (trouble !== null && (state === 'running' || state === 'held'))
    warn(
      'bad',
      `! the SMTP relay has been in trouble since ${clock(trouble.since, campaign.timeZone, now)}: ${clean(trouble.text)}`,
    );
  for (const warning of guardWarnings(campaign)) warn('warn', warning);
  if (counts.inDoubt > 0)
    warn(
      'warn',
      `! ${count(counts.inDoubt)} in doubt: handed to the relay, no answer recorded; never sent again by itself. Who, and how to settle: sluice campaign report ${id.slice(0, 8)}`,
    );
  return lines;
}
