import type { CampaignState, ControlAction, Refusal } from '../domain/campaign-state.ts';
import type { Counts } from '../domain/delivery-state.ts';
import type { HoldCause } from '../domain/guards.ts';
import type { Instant } from '../domain/instant.ts';
import type { AskedPace } from '../domain/pace-form.ts';
import type { PlanAnswer } from '../domain/plan-answer.ts';
import type { RecipientAction } from '../domain/recipient-act.ts';

/**
 * What the campaign workflow may ask for. Arguments and results are ids, codes, counts and instants only: they are
 * kept in Temporal's history. All instants named `now` and `at` are the workflow's time.
 */
export interface CampaignActivities {
  /**
   * Freezes the audience into the ledger, or says how long the campaign that it follows lets it wait. Safe to repeat: a
   * ledger that has rows is left as it is. Heartbeats nothing.
   */
  snapshotAudience(input: {
    campaignId: string;
    at: Instant;
  }): Promise<{ total: number; notYet?: { readonly at: Instant | null } }>;

  /** Reads the truth and plans the next step. Safe to repeat: it keeps at most one decision more. Run as a local activity. */
  planNext(input: { campaignId: string; now: Instant }): Promise<PlanAnswer>;

  /**
   * Hands over up to `size` mails as batch `number` (a continuation goes on with what is left).
   * Safe to repeat: a new attempt takes a new token, turns intents of older attempts into in doubt and goes on.
   * Gives up with a failure whose type is a RelayTroubleCode when the relay is the trouble; the plan decides what then.
   * Heartbeats carry {claimed, settled}.
   */
  sendBatch(input: BatchInput): Promise<BatchResult>;

  /** Ends an attempt that died: fences it and turns its intents into in doubt. Safe to repeat. Run as a local activity. */
  settleAttempt(input: { campaignId: string }): Promise<{ inDoubt: number }>;

  /** Brings one act of control into force, exactly once per control id. Run as a local activity. */
  applyControl(input: ControlInput): Promise<ControlResult>;

  /** Turns what was not handed over into cancelled. Safe to repeat. Heartbeats carry {cancelled}. */
  cancelRest(input: { campaignId: string }): Promise<{ cancelled: number }>;

  /**
   * Ends the campaign when nothing is left to do; answers `ended: false` when something came up meanwhile. Safe to repeat.
   * `followers` are the campaigns that wait for this end.
   */
  finishCampaign(input: {
    campaignId: string;
    at: Instant;
  }): Promise<{ ended: boolean; counts: Counts; followers?: readonly string[] }>;
}

export interface BatchInput {
  readonly campaignId: string;
  readonly number: number;
  readonly size: number;
  readonly plannedAt: Instant;
  readonly at: Instant;
  /** Nothing leaves from this instant on: a window ends. */
  readonly until?: Instant;
}

export interface BatchResult {
  /** `closed`: a gate was closed meanwhile; `fenced`: another attempt took over; `complete`: size used up or nothing left. */
  readonly ended: 'complete' | 'closed' | 'fenced';
  readonly sent: number;
  readonly failed: number;
  readonly deferred: number;
  readonly inDoubt: number;
  readonly skipped: number;
  /** The plan as it is when the attempt ends: the workflow need not ask for it. */
  readonly next: PlanAnswer;
}

export interface ControlInput {
  readonly campaignId: string;
  /** The row with who, why and what was asked; made when it does not exist yet (a signal from outside, a guard). */
  readonly controlId: string;
  readonly action: Exclude<ControlAction, 'start' | 'setGuards'> | RecipientAction;
  readonly via: 'api' | 'temporal' | 'guard';
  readonly at: Instant;
  readonly pace?: AskedPace;
  readonly startAt?: Instant;
  readonly cause?: HoldCause;
  readonly lateMs?: number;
  readonly resumeAt?: Instant | null;
  /** The control row that asked for this resume, when a pause is over by its own time. */
  readonly asked?: string;
  readonly undo?: true;
  readonly contactId?: string;
  readonly acknowledge?: boolean;
}

export type ControlResult =
  | { readonly applied: true; readonly state: CampaignState }
  | { readonly applied: false; readonly state: CampaignState; readonly refusal: Refusal | null };
