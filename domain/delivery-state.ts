/** The states of a delivery (DESIGN: the ledger). The database refuses every transition that is not allowed here. */
export const deliveryStates = [
  'planned',
  'sending',
  'deferred',
  'sent',
  'failed',
  'skipped',
  'cancelled',
  'inDoubt',
] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** How many deliveries of a campaign are in each state, read in one snapshot; `total` is their sum. */
export type Counts = Readonly<Record<DeliveryState, number>> & { readonly total: number };

/** True when a delivery may go from one state to the other. Staying in a state is not a transition. */
export function mayBecome(from: DeliveryState, to: DeliveryState): boolean {
  return successors(from).includes(to);
}

/** A delivery in a final state is not touched again by the campaign (in doubt may still be settled). */
export function isFinal(state: DeliveryState): boolean {
  return successors(state).length === 0 || state === 'inDoubt';
}

function successors(from: DeliveryState): readonly DeliveryState[] {
  switch (from) {
    case 'planned':
      // Deferred without an attempt: a frequency cap puts it off.
      return ['sending', 'deferred', 'skipped', 'cancelled'];
    case 'sending':
      return ['sent', 'failed', 'deferred', 'inDoubt', 'planned', 'skipped'];
    case 'deferred':
      return ['sending', 'failed', 'skipped', 'cancelled'];
    case 'inDoubt':
      return ['sent', 'failed', 'deferred', 'planned'];
    case 'sent':
    case 'failed':
    case 'skipped':
    case 'cancelled':
      return [];
  }
}
