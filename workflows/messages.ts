import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ControlResult } from '../activities/contract.ts';
import type { CampaignState } from '../domain/campaign-state.ts';
import type { Instant } from '../domain/instant.ts';
import type { AskedPace } from '../domain/pace-form.ts';
import type { Pace } from '../domain/pace.ts';

/**
 * The messages of a campaign. Each update names the control row (who, why) by id; the same messages exist as signals
 * for an operator at the Temporal UI or CLI, where the argument may be left out.
 */
export interface ActMessage {
  readonly controlId?: string;
}
export interface PauseMessage extends ActMessage {
  /** When it ends by itself: RFC 3339 with its offset; null: not before somebody resumes. */
  readonly resumeAt?: string | null;
}
/** An act on one recipient, by the id of the contact: no address comes here. */
export interface RecipientMessage extends ActMessage {
  readonly contactId: string;
}
export interface ResumeMessage extends ActMessage {
  /** A hold is only left by someone who says that they saw its cause. */
  readonly acknowledge?: boolean;
}
export interface PaceMessage extends ActMessage, AskedPace {
  /** In place of gapMs, as people write it: `20m`, `1h30m`. */
  readonly every?: string;
}
export interface RescheduleMessage extends ActMessage {
  readonly startAt: Instant;
}

export const pauseUpdate = defineUpdate<ControlResult, [PauseMessage?]>('pause');
export const resumeUpdate = defineUpdate<ControlResult, [ResumeMessage?]>('resume');
export const setPaceUpdate = defineUpdate<ControlResult, [PaceMessage]>('setPace');
export const undoPaceUpdate = defineUpdate<ControlResult, [ActMessage?]>('undoPace');
export const rescheduleUpdate = defineUpdate<ControlResult, [RescheduleMessage]>('reschedule');
export const cancelUpdate = defineUpdate<ControlResult, [ActMessage?]>('cancel');
/** Something in the database changed that the plan depends on (a settlement, the main gate): plan again now. */
export const replanUpdate = defineUpdate<void>('replan');

export const pauseSignal = defineSignal<[PauseMessage?]>('pause');
export const resumeSignal = defineSignal<[ResumeMessage?]>('resume');
export const setPaceSignal = defineSignal<[PaceMessage]>('setPace');
export const undoPaceSignal = defineSignal<[ActMessage?]>('undoPace');
export const cancelSignal = defineSignal<[ActMessage?]>('cancel');
/** By name, as the acts are called everywhere. */
export const recipientSignals = {
  skip: defineSignal<[RecipientMessage]>('skip'),
  sendNow: defineSignal<[RecipientMessage]>('sendNow'),
  moveToEnd: defineSignal<[RecipientMessage]>('moveToEnd'),
} as const;
export const replanSignal = defineSignal('replan');

export interface Progress {
  readonly state: CampaignState | 'starting';
  readonly pace: Pace | null;
  readonly total: number;
  readonly settled: number;
  readonly batch: number;
  readonly next: { readonly number: number; readonly size: number; readonly at: Instant } | null;
}
export const progressQuery = defineQuery<Progress>('progress');

/** The only argument of the campaign workflow; everything else is read from the database. */
export interface CampaignInput {
  readonly campaignId: string;
}
