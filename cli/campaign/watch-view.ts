import type { Batch, Campaign, Control, MainGate } from '../answers.ts';

/** Everything that the live screen shows; the campaign itself is what the server last said. */
export interface WatchView {
  readonly campaign: Campaign;
  /** The latest acts, newest first. */
  readonly acts: readonly Control[];
  /** The batch begun last, or null before the first. */
  readonly batch: Batch | null;
  readonly mainGate: MainGate | null;
  readonly updatedAt: Date;
  /** Since when the stream is lost, or null while it is live. */
  readonly lostSince: Date | null;
}
