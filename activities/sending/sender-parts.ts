import type { Claim, Intent } from '../../db/ledger/claim.ts';
import type { RecordedOutcome } from '../../db/ledger/outcomes.ts';
import type { Instant } from '../../domain/instant.ts';
import type { DeferralPolicy, Settlement } from '../../domain/settle.ts';
import type { SharedTail } from '../../mail/shared-tail.ts';
import type { RelayTrouble, Transport } from '../../mail/transport.ts';
import type { IntentWindow } from './intent-window.ts';

/** A mail filled for one recipient, or why it cannot be. */
export type Filled =
  | {
      readonly ok: true;
      readonly from: string;
      readonly to: string;
      readonly message: Uint8Array;
      readonly tail: SharedTail | null;
      readonly envelopeId: string;
    }
  | { readonly ok: false; readonly reason: { readonly code: string; readonly text: string } };

/** What an attempt of a batch needs; the ledger functions are bound to campaign, batch and token. */
export interface SenderParts {
  readonly transport: Transport;
  readonly window: IntentWindow;
  readonly lanes: number;
  readonly policy: DeferralPolicy;
  /** The workflow's time, going on with the real clock. */
  readonly now: () => Instant;
  /** Nothing may leave from this instant on, by `now`; Infinity when no window ends. */
  readonly until: Instant;
  /** The mail of one recipient; its bytes stay as they are until the same lane (0 to lanes − 1) fills the next one. */
  readonly fill: (intent: Intent, lane: number) => Promise<Filled>;
  readonly claim: (limit: number) => Promise<Claim>;
  readonly record: (outcomes: readonly RecordedOutcome[]) => Promise<void>;
  /** Whether a guard wants the campaign held for what was recorded so far. */
  readonly mustHold: () => Promise<boolean>;
  /** Whether this attempt may go on (gates open, token newest), and the batch's size as it is now. */
  readonly look: () => Promise<{ readonly gate: 'open' | 'closed' | 'fenced'; readonly size: number }>;
}

export type Ending =
  | { readonly kind: 'complete' | 'closed' | 'fenced' | 'stopped' }
  | { readonly kind: 'trouble'; readonly trouble: RelayTrouble }
  | { readonly kind: 'fault'; readonly error: unknown };

export type Tally = Record<Settlement['state'], number>;
