import { parseDuration } from '../../domain/duration.ts';
import { describeGap } from '../../domain/pace.ts';
import type { Campaign } from '../answers.ts';
import { usage } from '../failure.ts';
import { count } from '../numbers.ts';
import { clean } from '../terminal-text.ts';

type Limit = Campaign['limits'][number];

/** Reads `gmail.com=20/10m`: no more than 20 mails to the domain in any 10 minutes. The API checks what it says. */
export function readLimit(text: string): Limit {
  const [, domain = '', size = '', every = ''] =
    /^\s*(\S+?)\s*=\s*(\d{1,9})\s*\/\s*(\S+)\s*$/.exec(text) ?? [];
  if (domain === '' || parseDuration(every) === null)
    throw usage(`a limit is written domain=count/time, such as gmail.com=20/10m (got ${clean(text)})`);
  return { domain, count: Number(size), every };
}

/** "gmail.com 20 every 10 min" */
export function sayLimit({ domain, count: most, every }: Limit): string {
  const everyMs = parseDuration(every);
  return `${clean(domain)} ${count(most)} every ${everyMs === null ? every : describeGap(everyMs)}`;
}
