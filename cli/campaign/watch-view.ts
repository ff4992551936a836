import type { Batch, Campaign, Control, Forecast, MainGate } from '../answers.ts';
import type { Names } from './setting-lines.ts';

/** Everything that the live screen shows; the campaign itself is what the server last said. */
export interface WatchView {
  readonly campaign: Campaign;
  /** The latest acts, newest first. */
  readonly acts: readonly Control[];
  /** The batches begun last, newest first. */
  readonly batches: readonly Batch[];
  /** What is still to come; null when the server has no forecast or there is nothing to foresee. */
  readonly forecast: Forecast | null;
  /** Names behind the ids that the campaign carries. */
  readonly names: Names;
  readonly mainGate: MainGate | null;
  readonly updatedAt: Date;
  /** Since when the stream is lost, or null while it is live. */
  readonly lostSince: Date | null;
}
