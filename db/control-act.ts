import type { SendingWindow } from '../domain/calendar.ts';
import type { CampaignState, ControlAction, Refusal } from '../domain/campaign-state.ts';
import type { Guards } from '../domain/guards.ts';
import type { Instant } from '../domain/instant.ts';
import type { AskedPace } from '../domain/pace-form.ts';
import type { RecipientAction } from '../domain/recipient-act.ts';
import type { RelayTroubleRecord } from '../domain/relay-trouble.ts';
import type { PaceNow } from './asked-pace.ts';

/** Cause of a hold: somebody ended the workflow from outside; going on by itself would undo what they meant. */
export const workflowTerminated = 'workflowTerminated';

export interface ControlRequest {
  readonly campaignId: string;
  readonly action: ControlAction | RecipientAction;
  readonly by: string;
  readonly reason: string | null;
  readonly request: ControlArguments;
  /** The version the person saw (If-Match), null when they did not say. */
  readonly expectedVersion: number | null;
}

/** What an act asks for, as kept in the control row. */
export interface ControlArguments extends AskedPace {
  readonly startAt?: Instant | null;
  readonly acknowledge?: boolean;
  readonly cause?: string;
  /** Of a hold because the campaign is behind its plan. */
  readonly lateMs?: number;
  /** Of a pause: when it ends by itself; null: not before somebody resumes; left out: as it is. */
  readonly resumeAt?: Instant | null;
  /** Of a resume: the pause is over by its own time, which this control row asked for. */
  readonly asked?: string;
  /** Of a pace: the one before the last change. */
  readonly undo?: boolean;
  /** Of acts on one recipient. */
  readonly contactId?: string;
  readonly guards?: Guards;
}

export interface Application {
  readonly campaignId: string;
  readonly controlId: string;
  readonly action: ControlAction | RecipientAction;
  readonly via: 'api' | 'temporal' | 'guard';
  /** The workflow's time. */
  readonly at: Instant;
  /** Used when the row does not exist yet: a signal from outside, a guard. */
  readonly request: ControlArguments;
}

export type Applied =
  | { readonly applied: true; readonly state: CampaignState; readonly effect: Effect | null }
  | { readonly applied: false; readonly state: CampaignState; readonly refusal: Refusal | null };

/** The campaign as it is, under its lock. */
export interface CampaignNow {
  readonly id: string;
  readonly state: CampaignState;
  readonly version: number;
  readonly stream: string;
  readonly trouble: RelayTroubleRecord | null;
  readonly guards: Guards | null;
  readonly time_zone: string;
  readonly windows: readonly SendingWindow[];
  readonly holidays: readonly string[];
}

/** What an act changed, for its history and its answer. */
export interface Effect {
  readonly before: CampaignState;
  readonly state: CampaignState;
  readonly from: Record<string, unknown>;
  readonly to: Record<string, unknown>;
  /** A guard's cause in words, when no person gave a reason. */
  readonly reason?: string;
  /** Mails that were in flight when the gate closed. */
  readonly inFlight?: number;
}

export interface Act extends Application {
  readonly request: ControlArguments;
  readonly campaign: CampaignNow & { readonly start_at: Date | null; readonly follows_id: string | null };
  /** Of a change of pace. */
  readonly pace: PaceNow | null;
}
