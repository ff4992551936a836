import type { CampaignState } from './campaign-state.ts';
import type { DeliveryState } from './delivery-state.ts';
import type { Rules } from './explanation-rules.ts';
import type { Instant } from './instant.ts';
import type { Reply } from './outcome.ts';

/** Everything that is known about one person in one campaign at `now`. */
export interface Facts {
  readonly now: Instant;
  readonly campaign: { readonly state: CampaignState; readonly snapshotAt: Instant | null };
  readonly delivery: {
    readonly state: DeliveryState;
    readonly position: number;
    readonly batch: number | null;
    readonly attempts: number;
    readonly sendingAt: Instant | null;
    readonly settledAt: Instant | null;
    readonly nextAttemptAt: Instant | null;
    /** To leave at once, out of turn, and not gone yet. */
    readonly sendNowAt: Instant | null;
    readonly reply: Reply | null;
    readonly reason: { readonly code: string; readonly text: string } | null;
  };
  readonly suppression: { readonly at: Instant; readonly reason: string; readonly source: string } | null;
  /** The pause or hold in force. */
  readonly pause: (Act & { readonly resumeAt: Instant | null }) | null;
  /** Who closed the main gate; null while it is open. */
  readonly mainGate: Act | null;
  readonly cancellation: Act | null;
  /** Who settled this delivery when it was in doubt. */
  readonly settlement: Act | null;
  /** Who took this recipient out, wanted the mail to leave at once, moved it to the end: the latest act of each kind. */
  readonly skip: Act | null;
  readonly sendNow: Act | null;
  readonly move: Act | null;
  /** The relay as a whole refuses everything. */
  readonly trouble: { readonly since: Instant; readonly code: string; readonly text: string } | null;
  readonly rules: Rules;
  /** What bounds the batches of the campaign at `now`; of a mail that has not gone. */
  readonly bounds: Bounds;
  readonly expected: { readonly batch: number; readonly at: Instant } | null;
}

/** Each null where the campaign has no such rule, or where the mail has gone. */
export interface Bounds {
  /** Windows and holidays: `opensAt` null while they are open, `closesAt` null while they are closed; Infinity for never. */
  readonly window: {
    readonly timeZone: string;
    readonly opensAt: Instant | null;
    readonly closesAt: Instant | null;
  } | null;
  /** The limit of this recipient's domain; `freeAt` null while it leaves room. */
  readonly limit: {
    readonly domain: string;
    readonly count: number;
    readonly everyMs: number;
    readonly freeAt: Instant | null;
  } | null;
  /** What the responses allow, in the words of the decision. */
  readonly capacity: { readonly heldBack: boolean; readonly sentence: string } | null;
}

export const noBounds: Bounds = { window: null, limit: null, capacity: null };

export interface Act {
  readonly at: Instant;
  readonly by: string;
  readonly reason: string | null;
}
