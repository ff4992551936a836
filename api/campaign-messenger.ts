import type { Refusal } from '../domain/campaign-state.ts';
import type { Instant } from '../domain/instant.ts';
import type { AskedPace } from '../domain/pace-form.ts';

/** An act that goes through the campaign's workflow. The control row behind `controlId` says who and why. */
export type Act = { readonly controlId: string } & (
  | { readonly action: 'resume' }
  | { readonly action: 'cancel' }
  | { readonly action: 'setPace'; readonly pace: AskedPace }
  | { readonly action: 'setPace'; readonly undo: true }
  | { readonly action: 'reschedule'; readonly startAt: Instant }
);

export type ActOutcome =
  /** In force, or already the case. */
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Temporal or every worker is away. `asked` true: Temporal may have the message and deliver it later. */
  | { readonly kind: 'away'; readonly asked: boolean; readonly cause: unknown };

export type RunStatus = 'running' | 'ended' | 'terminated';

/** How the API speaks with the workflows of campaigns. Every call has a deadline; none throws because Temporal is away. */
export interface CampaignMessenger {
  /** True when Temporal answers for the namespace within `deadlineMs`. */
  isReachable(deadlineMs: number): Promise<boolean>;
  /** Starts the campaign's workflow unless it runs. False when Temporal did not take it. */
  start(campaignId: string): Promise<boolean>;
  /** Asks for an act and waits for its answer; a workflow that Temporal has lost is started for it. */
  act(campaignId: string, act: Act): Promise<ActOutcome>;
  /** Tells of a pause that the database already has. Best effort. */
  tellPause(campaignId: string, controlId: string): Promise<void>;
  /** Something that the plan depends on has changed. Best effort; true when a running workflow has been told. */
  tellReplan(campaignId: string): Promise<boolean>;
  /** The newest run of the campaign's workflow; null when Temporal has none, 'away' when it cannot be asked. */
  findRun(campaignId: string): Promise<{ runId: string; status: RunStatus } | null | 'away'>;
  readonly namespace: string;
  close(): Promise<void>;
}
