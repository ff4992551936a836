import type { Instant } from './instant.ts';
import type { RelayTroubleCode } from './outcome.ts';

/** Trouble of the relay as a whole since its first sign, without a success in between. */
export interface RelayTroubleRecord {
  readonly code: RelayTroubleCode;
  /** The relay's words or the network's; shown to operators, never sent to Temporal. */
  readonly text: string;
  readonly since: Instant;
  readonly lastAt: Instant;
  readonly count: number;
}

export type TroubleDecision =
  | { readonly kind: 'retry'; readonly at: Instant }
  | { readonly kind: 'hold'; readonly cause: RelayTroubleCode };

const backoffMs = [2_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000] as const;
/** An unreachable relay is tried for this long before the campaign is held for a person to look at. */
export const relayPatienceMs = 4 * 3_600_000;

/** A refusal that trying again cannot mend holds at once; everything else is tried again with growing pauses. */
export function decideTrouble(trouble: RelayTroubleRecord): TroubleDecision {
  if (!mayMendItself(trouble.code) || trouble.lastAt - trouble.since >= relayPatienceMs)
    return { kind: 'hold', cause: trouble.code };
  const step = backoffMs[Math.min(trouble.count, backoffMs.length) - 1] ?? 300_000;
  return { kind: 'retry', at: trouble.lastAt + step };
}

function mayMendItself(code: RelayTroubleCode): boolean {
  switch (code) {
    case 'relayUnreachable':
    case 'relayUnavailable':
      return true;
    case 'loginRefused':
    case 'tlsUnavailable':
    case 'senderRefused':
      return false;
  }
}
