import type { Campaign } from '../answers.ts';
import { usage } from '../failure.ts';
import { count, plural } from '../numbers.ts';
import { readShare, sayShare } from '../share-text.ts';
import { clean } from '../terminal-text.ts';

export interface CapacityOptions {
  readonly capacity?: string;
  readonly desk?: string;
  readonly rate?: string;
  readonly delay?: string;
  readonly handling?: string;
  readonly floor?: string;
  readonly ceiling?: string;
  readonly silentAfter?: string;
}

type Capacity = NonNullable<Campaign['capacity']>;

/**
 * The capacity that options ask for, over the one of a file (`base`); undefined when there is none. A desk is named as it was
 * typed: whoever asks the server finds its id. The API checks what it says.
 */
export function readCapacity(options: CapacityOptions, base: object | undefined): object | undefined {
  const { capacity, desk, rate, delay, handling, floor, ceiling, silentAfter } = options;
  if (capacity !== undefined && desk !== undefined)
    throw usage('give --capacity or --desk, not both: a desk has its capacity');
  const whose = {
    ...(capacity === undefined ? {} : { open: wholeNumber('--capacity', capacity) }),
    ...(desk === undefined ? {} : { desk }),
  };
  const rest = {
    ...(rate === undefined ? {} : { rate: readShare(rate, 'a rate') }),
    ...(delay === undefined ? {} : { delay }),
    ...(handling === undefined ? {} : { handling }),
    ...(floor === undefined ? {} : { floor: wholeNumber('--floor', floor) }),
    ...(ceiling === undefined ? {} : { ceiling: wholeNumber('--ceiling', ceiling) }),
    ...(silentAfter === undefined ? {} : { silentAfter }),
  };
  const changesWhose = Object.keys(whose).length > 0;
  if (!changesWhose && base === undefined) {
    if (Object.keys(rest).length === 0) return undefined;
    throw usage(
      'say whose capacity counts with --capacity 30 or --desk Helpdesk: --rate, --delay, --handling, --floor, --ceiling and --silent-after go with it',
    );
  }
  return { ...(changesWhose ? withoutWhose(base) : base), ...whose, ...rest };
}

/** A campaign has either a capacity of its own or a desk: what is typed replaces what the file says. */
function withoutWhose(base: object | undefined): object {
  return Object.fromEntries(
    Object.entries(base ?? {}).filter(([field]) => !['open', 'desk'].includes(field)),
  );
}

function wholeNumber(option: string, text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw usage(`${option} is a whole number, such as 30 (got ${clean(text)})`);
  return Number(text);
}

/** "30 open at once, 12 % answer, half of them within 30m". `desk`: its name, when it is known. */
export function sayCapacity(capacity: Capacity, desk: string | null): string {
  const { open, rate, delay, handling, floor, ceiling, silentAfter } = capacity;
  return [
    open === undefined
      ? `that of the desk ${clean(desk ?? capacity.desk?.slice(0, 8) ?? '')}`
      : `${plural(open, 'response')} open at once`,
    ...(rate === undefined ? [] : [`${sayShare(rate)} expected to answer`]),
    ...(delay === undefined ? [] : [`half of them within ${delay}`]),
    ...(handling === undefined ? [] : [`handled in ${handling}`]),
    ...(floor === undefined ? [] : [`at least ${count(floor)} a batch`]),
    ...(ceiling === undefined ? [] : [`at most ${count(ceiling)} a batch`]),
    ...(silentAfter === undefined ? [] : [`silent after ${silentAfter}`]),
  ].join(', ');
}
