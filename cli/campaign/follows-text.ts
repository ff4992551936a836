import { parseDuration } from '../../domain/duration.ts';
import { describeGap } from '../../domain/pace.ts';
import type { Campaign } from '../answers.ts';
import { usage } from '../failure.ts';
import { clean } from '../terminal-text.ts';

export interface FollowsOptions {
  readonly follows?: string;
  readonly after?: string;
  readonly only?: 'all' | 'notResponded';
}

type Follows = NonNullable<Campaign['follows']>;

/** Which campaign a new one waits for, over what a file says (`base`); the campaign is named as it was typed. */
export function readFollows(options: FollowsOptions, base: object | undefined): object | undefined {
  const { follows, after, only } = options;
  const rest = { ...(after === undefined ? {} : { after }), ...(only === undefined ? {} : { only }) };
  if (follows === undefined && base === undefined) {
    if (Object.keys(rest).length === 0) return undefined;
    throw usage('say which campaign comes first with --follows ID: --after and --only go with it');
  }
  return { ...base, ...(follows === undefined ? {} : { campaign: follows }), ...rest };
}

/** `starts 2 d after "Announcement" has finished, for those who have not responded`. `other`: its name, when it is known. */
export function sayFollows(follows: Follows, other: string | null): string {
  const only = follows.only === 'notResponded' ? ', for those who have not responded' : '';
  return `starts ${sayAfter(follows, other)} has finished${only}`;
}

/** `Waits until "Announcement" has finished, then 2 d`. */
export function waitsFor({ campaign, after }: Follows, other: string | null): string {
  const then = parseDuration(after) === 0 ? '' : `, then ${sayDuration(after)}`;
  return `Waits until ${named(campaign, other)} has finished${then}`;
}

/** `2 d after "Announcement"`, `when campaign 0c8f2b58`. */
function sayAfter({ campaign, after }: Follows, other: string | null): string {
  const which = named(campaign, other);
  return parseDuration(after) === 0 ? `when ${which}` : `${sayDuration(after)} after ${which}`;
}

function named(id: string, name: string | null): string {
  return name === null ? `campaign ${id.slice(0, 8)}` : `"${clean(name)}"`;
}

function sayDuration(text: string): string {
  const durationMs = parseDuration(text);
  return durationMs === null ? text : describeGap(durationMs);
}
