import { Option, type Command } from 'commander';
import type { Session } from '../command.ts';
import { findDesk } from '../desk.ts';
import { usage } from '../failure.ts';
import { readWorkingHours } from '../working-hours.ts';
import { readCapacity, type CapacityOptions } from './capacity-text.ts';
import { findCampaignId } from './find-campaign.ts';
import { readFollows, type FollowsOptions } from './follows-text.ts';
import { readHolidayOptions } from './holiday-option.ts';
import { readLimit } from './limit-text.ts';
import { readPace, type AskedPace } from './pace-text.ts';

export interface PaceOptions {
  readonly pace?: string | undefined;
  readonly ramp?: string;
  readonly jitter?: string;
}

export interface PlanOptions extends PaceOptions, CapacityOptions, FollowsOptions {
  readonly window?: string[];
  readonly holidays?: string[];
  readonly limit?: string[];
}

/** How a pace may be written, for every command that takes one. */
export const paceWritings = 'such as 50/20m, 150/h (spread evenly) or "by 2026-12-01T17:00:00+01:00"';

/** When mails leave and how many: pace, windows, limits, what comes before, and what the answers leave room for. */
export function withPlanOptions(command: Command): Command {
  return command
    .option('--pace <pace>', paceWritings)
    .option('--ramp <from x factor>', 'begin with smaller batches, such as 10x2: 10, 20, 40 … up to the size')
    .option('--jitter <share>', 'lengthen each gap by up to this share of it, such as 10%')
    .option(
      '--window <hours>',
      'when mails may leave, such as "mon-fri 08:00-17:00"; may be repeated',
      gather,
    )
    .option(
      '--holidays <dates or file>',
      'days on which nothing leaves: 2026-12-25,2027-01-01 or a calendar file (.ics); may be repeated',
      gather,
    )
    .option(
      '--limit <domain=count/time>',
      'no more to a domain, such as gmail.com=20/10m; may be repeated',
      gather,
    )
    .option('--follows <id>', 'start when this campaign has finished')
    .option('--after <duration>', 'so long after its end, such as 2d')
    .addOption(
      new Option(
        '--only <whom>',
        'everybody, or those who got the other mail and have not responded',
      ).choices(['all', 'notResponded']),
    )
    .option('--capacity <n>', 'how many responses may be open at once: the pace follows the answers')
    .option('--desk <desk>', 'the desk whose capacity counts, by its name or id')
    .option('--rate <share>', 'share of the mails that is expected to be answered, such as 12%')
    .option('--delay <duration>', 'half of the answers are expected within this time, such as 30m')
    .option('--handling <duration>', 'expected time from opened to handled, such as 20m')
    .option('--floor <n>', 'so many mails leave with each batch even when there is no room')
    .option('--ceiling <n>', 'largest batch when there is room')
    .option('--silent-after <duration>', 'without a report for so long the fixed pace is taken, such as 1h');
}

/** The fields of the request that these options say; campaigns and desks by their ids, holidays by their dates. */
export async function planFields(
  options: PlanOptions,
  file: Record<string, unknown>,
  session: Session,
): Promise<Record<string, unknown>> {
  const pace = readPaceOptions(options);
  const windows = options.window?.map((text) => readWorkingHours(text, 'a window is'));
  const limits = options.limit?.map(readLimit);
  const capacity = readCapacity(options, objectIn(file['capacity']));
  const follows = readFollows(options, objectIn(file['follows']));
  const holidays =
    options.holidays === undefined ? undefined : await readHolidayOptions(options.holidays, session);
  return {
    ...(pace === undefined ? {} : { pace }),
    ...(windows === undefined ? {} : { windows }),
    ...(holidays === undefined ? {} : { holidays }),
    ...(limits === undefined ? {} : { limits }),
    ...(capacity === undefined ? {} : { capacity: await withDeskId(capacity, options, session) }),
    ...(follows === undefined ? {} : { follows: await withCampaignId(follows, options, session) }),
  };
}

/** The pace of --pace, --ramp and --jitter; undefined: none is given. */
export function readPaceOptions({ pace, ramp, jitter }: PaceOptions): AskedPace | undefined {
  if (pace !== undefined) return readPace(pace, { ramp, jitter });
  if (ramp === undefined && jitter === undefined) return undefined;
  throw usage('--ramp and --jitter are a part of the pace: give --pace with them, such as 50/20m');
}

async function withDeskId(capacity: object, { desk }: PlanOptions, session: Session): Promise<object> {
  return desk === undefined ? capacity : { ...capacity, desk: (await findDesk(session, desk)).id };
}

async function withCampaignId(follows: object, options: PlanOptions, { api }: Session): Promise<object> {
  const typed = options.follows;
  return typed === undefined ? follows : { ...follows, campaign: await findCampaignId(api, typed) };
}

function objectIn(value: unknown): object | undefined {
  return typeof value === 'object' && value !== null ? value : undefined;
}

function gather(text: string, others: string[] = []): string[] {
  return [...others, text];
}
