import { printFilter } from '../../domain/filter/print-filter.ts';
import type { Campaign } from '../answers.ts';
import type { Api } from '../api.ts';
import { Failure } from '../failure.ts';
import { clean, pad, type Line } from '../terminal-text.ts';
import { sayHolidays, sayWindows } from './calendar-text.ts';
import { sayCapacity } from './capacity-text.ts';
import { sayConsent } from './consent-text.ts';
import { sayDocument } from './document-text.ts';
import { sayFollows } from './follows-text.ts';
import { labelledWrapped } from './labelled.ts';
import { sayLimit } from './limit-text.ts';

/** Names of what a campaign only has the ids of; null where they are not known. */
export interface Names {
  readonly desk: string | null;
  readonly followed: string | null;
  readonly workList: string | null;
}

export const noNames: Names = { desk: null, followed: null, workList: null };

/** Asks for the names behind a campaign's ids; without them it is told by ids. */
export async function loadNames(api: Api, { audience, capacity, follows }: Campaign): Promise<Names> {
  const [desk, followed, workList] = await Promise.all([
    capacity?.desk === undefined ? null : nameAt(api, `/v1/desks/${capacity.desk}`),
    follows === null ? null : nameAt(api, `/v1/campaigns/${follows.campaign}`),
    'workList' in audience ? nameAt(api, `/v1/work-lists/${audience.workList}`) : null,
  ]);
  return { desk, followed, workList };
}

async function nameAt(api: Api, path: string): Promise<string | null> {
  try {
    return (await api.get<{ readonly name: string }>(path)).name;
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

/** What bounds a campaign besides its pace, a line each; what it does not have is left out. */
export function settingLines(campaign: Campaign, names: Names, now: Date): string[] {
  return settingsOf(campaign, names, now).map(([label, text]) => `${pad(label, 10)}${text}`);
}

/** The same on the live screen, where the open responses tell of the capacity. */
export function settingsOnScreen(campaign: Campaign, names: Names, width: number, now: Date): Line[] {
  return settingsOf(campaign, names, now)
    .filter(([label]) => label !== 'capacity')
    .flatMap(([label, text]) => labelledWrapped(screenLabels[label], text, width));
}

type Label =
  | 'audience'
  | 'documents'
  | 'consent'
  | 'windows'
  | 'holidays'
  | 'limits'
  | 'follows'
  | 'capacity';

const screenLabels: Readonly<Record<Label, string>> = {
  audience: 'For',
  documents: 'Files',
  consent: 'Consent',
  windows: 'Windows',
  holidays: 'Closed',
  limits: 'Limits',
  follows: 'Follows',
  capacity: 'Open',
};

function settingsOf(campaign: Campaign, names: Names, now: Date): (readonly [Label, string])[] {
  const { capacity, documents, follows, limits } = campaign;
  const settings: readonly (readonly [Label, string | null])[] = [
    ['documents', documents.length === 0 ? null : documents.map(sayDocument).join(', ')],
    ['consent', sayConsent(campaign)],
    ['audience', sayAudience(campaign, names)],
    ['windows', sayWindows(campaign)],
    ['holidays', sayHolidays(campaign, now)],
    ['limits', limits.length === 0 ? null : limits.map(sayLimit).join(', ')],
    ['follows', follows === null ? null : sayFollows(follows, names.followed)],
    ['capacity', capacity === null ? null : sayCapacity(capacity, names.desk)],
  ];
  return settings.flatMap(([label, text]) => (text === null ? [] : [[label, text] as const]));
}

/** Everybody goes without saying. */
function sayAudience({ audience }: Campaign, { workList }: Names): string | null {
  if ('filter' in audience) return clean(printFilter(audience.filter));
  return 'workList' in audience ? `work list ${clean(workList ?? audience.workList)}` : null;
}
