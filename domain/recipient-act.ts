import type { CampaignState } from './campaign-state.ts';
import type { Refusal } from './campaign-state.ts';
import type { DeliveryState } from './delivery-state.ts';
import type { Instant } from './instant.ts';

/** What a person can do with one recipient of a campaign that was started. */
export const recipientActions = ['skip', 'sendNow', 'moveToEnd'] as const;
export type RecipientAction = (typeof recipientActions)[number];

export function isRecipientAction(action: string): action is RecipientAction {
  return recipientActions.some((each) => each === action);
}

/** What decides about such an act, at `now`. */
export interface RecipientFacts {
  readonly now: Instant;
  readonly campaign: CampaignState;
  /** Null: not a recipient of this campaign. */
  readonly delivery: {
    readonly state: DeliveryState;
    readonly isLast: boolean;
    /** Asked to leave at once, and has not left yet. */
    readonly leavesNow: boolean;
    readonly nextAttemptAt: Instant | null;
    /** By a frequency cap, until `nextAttemptAt`. */
    readonly isPutOff?: boolean;
  } | null;
  readonly mainGateOpen: boolean;
  /** The first instant at or after `now` at which mails may leave. */
  readonly opensAt: Instant;
  readonly isSuppressed: boolean;
  readonly trouble: { readonly code: string; readonly since: Instant } | null;
}

/**
 * One rule for every way in which the act can come. What is already so is answered and adds no history: a recipient that was
 * skipped cannot be skipped again, one that has left need not be sent. The ledger's own transitions are the database's.
 */
export function judgeRecipientAct(
  action: RecipientAction,
  facts: RecipientFacts,
): 'apply' | 'already' | Refusal {
  const { campaign, delivery } = facts;
  if (delivery === null)
    return invalid('contactId must be the UUID of a recipient of this campaign; GET …/recipients lists them');
  if (isDone(action, delivery)) return 'already';
  if (!takesActs(campaign))
    return conflict(`the campaign is ${campaign}: its recipients cannot be changed any more`);
  if (delivery.state !== 'planned' && delivery.state !== 'deferred')
    return conflict(`this delivery is ${delivery.state}; ${whatThen[delivery.state]}`);
  switch (action) {
    case 'skip':
      return 'apply';
    case 'moveToEnd':
      return delivery.state === 'deferred' ? conflict(ownTime(delivery.nextAttemptAt)) : 'apply';
    case 'sendNow':
      return hindrance(facts) ?? capped(delivery, facts.now) ?? 'apply';
  }
}

type Delivery = NonNullable<RecipientFacts['delivery']>;

function isDone(action: RecipientAction, { state, isLast, leavesNow }: Delivery): boolean {
  switch (action) {
    case 'skip':
      return state === 'skipped';
    case 'sendNow':
      return leavesNow || state === 'sending' || state === 'sent';
    case 'moveToEnd':
      return isLast && !leavesNow;
  }
}

function takesActs(state: CampaignState): boolean {
  return state === 'scheduled' || state === 'running' || state === 'paused' || state === 'held';
}

/** Why nobody may be sent a mail out of turn now; null when nothing stands against it. */
function hindrance({
  now,
  campaign,
  mainGateOpen,
  opensAt,
  isSuppressed,
  trouble,
}: RecipientFacts): Refusal | null {
  if (campaign === 'scheduled') return conflict('the campaign has not begun; move its start, or wait for it');
  if (campaign !== 'running')
    return conflict(`the campaign is ${campaign}: nothing leaves; resume it, then send`);
  if (!mainGateOpen) return conflict('the main gate is closed: nothing leaves; open it, then send');
  // Not why: a refusal goes through Temporal, and somebody wrote the reason. The explanation has it.
  if (isSuppressed)
    return conflict('the address is suppressed and not to be mailed; its explanation says why');
  if (opensAt > now)
    return conflict(
      `outside the sending windows nothing leaves; they open ${Number.isFinite(opensAt) ? `at ${words(opensAt)}` : 'never'}`,
    );
  if (trouble !== null)
    return conflict(
      `the relay takes no mails (${trouble.code} since ${words(trouble.since)}); try again when it does`,
    );
  return null;
}

/** Sent at once it would be put off once more. */
function capped({ isPutOff, nextAttemptAt }: Delivery, now: Instant): Refusal | null {
  if (isPutOff !== true || nextAttemptAt === null || nextAttemptAt <= now) return null;
  return conflict(
    `this person has had as many mails as the frequency cap allows until ${words(nextAttemptAt)}; raise the cap, or wait for it`,
  );
}

const whatThen: Readonly<Record<Exclude<DeliveryState, 'planned' | 'deferred'>, string>> = {
  sending: 'it is on the wire, wait for its outcome',
  sent: 'it has left and cannot be taken back',
  failed: 'the relay refused it for good',
  skipped: 'it was never handed over and stays so',
  cancelled: 'it was cancelled and stays so',
  inDoubt: 'settle it first',
};

function ownTime(at: Instant | null): string {
  const when = at === null ? 'by its own time' : `at ${words(at)}`;
  return `this delivery is deferred and tried again ${when}: it has no place in the plan to move`;
}

function conflict(detail: string): Refusal {
  return { code: 'conflict', detail };
}

function invalid(detail: string): Refusal {
  return { code: 'invalid', detail };
}

function words(at: Instant): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
