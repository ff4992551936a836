import type { HandledResponses, WorkingHours } from './desk-drain.ts';
import type { Instant } from './instant.ts';
import type { ResponseStream } from './response-model.ts';

/** What is known about the responses of a campaign when the size of its next batch is decided. */
export interface CapacityInput {
  readonly now: Instant;
  /** How many responses may be open at once. */
  readonly limit: number;
  /** How many are. */
  readonly open: number;
  /** Mails and responses of the campaign. */
  readonly stream: ResponseStream;
  /** Those of other campaigns that feed the same desk. */
  readonly others: readonly ResponseStream[];
  readonly handled: HandledResponses;
  /** Stated time from opened to handled, waiting included; null: learned only, nothing is assumed. */
  readonly handlingMs: number | null;
  readonly floor: number;
  /** Null: the wanted size. */
  readonly ceiling: number | null;
  readonly silentAfterMs: number;
  /** When a response was last reported as opened or handled (for a desk: by any of its campaigns); null: never. */
  readonly lastSignalAt: Instant | null;
  /** Whether the look before this one held the batch back. */
  readonly heldBack: boolean;
  /** When the desk works; null: always. */
  readonly hours: WorkingHours | null;
}

/** Room for a batch (perhaps a small one), none (or only the floor), or no signal to go by: the fixed pace. */
export type Following = 'room' | 'heldBack' | 'silent';
