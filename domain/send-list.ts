import type { CampaignState } from './campaign-state.ts';

/** What a person can do with a send list, before the start and after it. */
export type SendListAction =
  | 'layOutSendList'
  | 'discardSendList'
  | 'addRecipient'
  | 'removeRecipient'
  | 'moveRecipient'
  | 'orderSendList'
  | 'split';

/** By what a send list can be put into order; `random` is the order of the snapshot, the same each time. */
export const sendListOrders = ['customer', 'name', 'random'] as const;
export type SendListOrder = (typeof sendListOrders)[number];

/** Why the send list of a campaign in this state cannot be changed (fact, value, way out); null when it can. */
export function refuseSendListEdit(
  { state, isLaidOut }: { readonly state: CampaignState; readonly isLaidOut: boolean },
  possibleIn: readonly CampaignState[],
): string | null {
  if (!possibleIn.includes(state))
    return `the campaign is ${state}; this is possible while it is ${possibleIn.join(' or ')}${wayTo(state, possibleIn)}`;
  if (isLaidOut) return null;
  return state === 'draft'
    ? 'the draft has no send list yet; lay it out first (PUT …/send-list)'
    : 'the audience is being frozen; try again when its recipients are there';
}

function wayTo(state: CampaignState, possibleIn: readonly CampaignState[]): string {
  return state === 'running' && possibleIn.includes('paused') ? '; pause it first' : '';
}

/**
 * How many people each part of a split has, the part that stays in the campaign first. As even as possible for `parts`;
 * for `size` every part but the last is full. Sums to `count`; no part is empty.
 */
export function partSizes(
  count: number,
  by: { readonly size: number } | { readonly parts: number },
): number[] {
  if (count === 0) return [];
  const parts = 'parts' in by ? Math.min(by.parts, count) : Math.ceil(count / by.size);
  if ('size' in by)
    return Array.from({ length: parts }, (_, index) => Math.min(by.size, count - index * by.size));
  const small = Math.floor(count / parts);
  return Array.from({ length: parts }, (_, index) => small + (index < count % parts ? 1 : 0));
}

/** So many new campaigns come of one split at the most. */
export const maxParts = 100;
