import {
  ApplicationFailure,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  allHandlersFinished,
  isCancellation,
  patched,
  setHandler,
  uuid4,
} from '@temporalio/workflow';
import type { ControlInput, ControlResult } from '../activities/contract.ts';
import type { RelayTroubleCode } from '../domain/outcome.ts';
import type { PlanAnswer } from '../domain/plan-answer.ts';
import type { BatchPlan, WaitReason } from '../domain/planner.ts';
import { recipientActions } from '../domain/recipient-act.ts';
import { campaignWorkflowId } from '../domain/temporal-names.ts';
import { batchActivities, ledgerActivities, quickActivities } from './activities.ts';
import {
  readContactId,
  readPace,
  readResumeAt,
  uuid,
  validatePace,
  validateReschedule,
} from './message-checks.ts';
import * as messages from './messages.ts';
import { showBatch, showBeginning, showPause, showProgress, showWait } from './show.ts';

/** How often a campaign looks whether the main gate is open again, should nobody tell it. */
const mainGateLookMs = 20_000;

/** How often a campaign that follows another one looks for its end, should nobody tell it. */
const otherLookMs = 6 * 3_600_000;

/** A batch that begins so long after it was due is planned once more. */
const lateMs = 5_000;

type Act = Omit<ControlInput, 'campaignId' | 'controlId' | 'via' | 'at'>;
/** The next thing to do; `stale`: something changed, ask for the plan again. */
type Step = PlanAnswer['step'] | typeof stale;
const stale = { kind: 'stale' } as const;
const undoPace: Act = { action: 'setPace', undo: true };

function readPause(message: messages.PauseMessage | undefined): Act {
  return { action: 'pause', ...readResumeAt(message) };
}

function readResume(message: messages.ResumeMessage | undefined): Act {
  return { action: 'resume', acknowledge: message?.acknowledge === true };
}

/** What one run of the campaign workflow knows and does. Everything durable is in the database. */
export class CampaignRun {
  readonly #campaignId: string;
  /** Grows with every act of control: whoever waited or planned on older knowledge starts again. */
  #revision = 0;
  #view: messages.Progress = { state: 'starting', pace: null, total: 0, settled: 0, batch: 0, next: null };
  /** The revision that the step at hand was planned on: who waits for it must hear of every act since then. */
  #plannedOn = 0;
  /** Attempts in a row that failed for no reason of the relay's; they are spaced out. */
  #faults = 0;

  constructor(campaignId: string) {
    this.#campaignId = campaignId;
  }

  /** Registers every message; must run before the first await, or early messages of a continued run are refused. */
  listen(): void {
    setHandler(messages.pauseUpdate, (message) => this.#answer(message, readPause(message)));
    setHandler(messages.resumeUpdate, (message) => this.#answer(message, readResume(message)));
    setHandler(messages.cancelUpdate, (message) => this.#answer(message, { action: 'cancel' }));
    setHandler(messages.replanUpdate, () => this.#wake());
    setHandler(messages.undoPaceUpdate, (message) => this.#answer(message, undoPace));
    setHandler(
      messages.setPaceUpdate,
      (message) => this.#answer(message, { action: 'setPace', pace: readPace(message) }),
      { validator: validatePace },
    );
    setHandler(
      messages.rescheduleUpdate,
      (message) => this.#answer(message, { action: 'reschedule', startAt: message.startAt }),
      { validator: validateReschedule },
    );
    setHandler(messages.pauseSignal, (message) => this.#hear(message, readPause(message)));
    setHandler(messages.resumeSignal, (message) => this.#hear(message, readResume(message)));
    setHandler(messages.cancelSignal, (message) => this.#hear(message, { action: 'cancel' }));
    setHandler(messages.setPaceSignal, (message) =>
      this.#hear(message, { action: 'setPace', pace: readPace(message) }),
    );
    setHandler(messages.undoPaceSignal, (message) => this.#hear(message, undoPace));
    for (const action of recipientActions)
      setHandler(messages.recipientSignals[action], (message) =>
        this.#hear(message, { action, contactId: readContactId(message) }),
      );
    setHandler(messages.replanSignal, () => this.#wake());
    setHandler(messages.progressQuery, () => this.#view);
  }

  /** True when the audience is frozen; false after a wait for the campaign that this one follows. */
  async snapshot(): Promise<boolean> {
    const revision = this.#revision;
    showBeginning(this.#campaignId);
    const { notYet } = await ledgerActivities.snapshotAudience({
      campaignId: this.#campaignId,
      at: Date.now(),
    });
    if (notYet === undefined) return true;
    // The campaign that ends tells its followers; looking from time to time is for messages that are lost.
    const ms = notYet.at === null ? otherLookMs : Math.max(1, notYet.at - Date.now());
    const isWoken = (): boolean => this.#revision !== revision;
    await condition(isWoken, ms, { summary: 'waits for the campaign that it follows' });
    return false;
  }

  async plan(): Promise<Step> {
    const revision = this.#revision;
    const answer = await quickActivities.planNext({ campaignId: this.#campaignId, now: Date.now() });
    return this.#take(answer, revision);
  }

  /** Sends, and answers what comes next as the sender saw it; while it sends, acts of control may make that stale. */
  async sendBatch(batch: BatchPlan): Promise<Step> {
    const { number, size, at: plannedAt, until } = batch;
    const revision = this.#revision;
    const input = {
      campaignId: this.#campaignId,
      number,
      size,
      plannedAt,
      at: Date.now(),
      ...(until === undefined ? {} : { until }),
    };
    try {
      const summary = showBatch(batch, this.#view);
      const { next } = await batchActivities.sendBatch.executeWithOptions({ summary }, [input]);
      this.#faults = 0;
      return this.#take(next, revision);
    } catch (error) {
      if (isCancellation(error)) throw error;
      await this.#recover(error);
      return stale;
    }
  }

  /**
   * The gap: when nothing changed until the batch is due, it is sent as planned; its gates are looked at by the claim. A
   * size that depends on the moment in which the batch is due is decided in that moment.
   */
  async waitUntil(batch: BatchPlan, because: WaitReason): Promise<Step> {
    const revision = this.#plannedOn;
    const ms = batch.at - Date.now();
    const isWoken = (): boolean => this.#revision !== revision;
    if (ms > 0 && (await condition(isWoken, ms, { summary: showWait(batch, because) }))) return stale;
    if (batch.tentative === true || this.#isLate(batch)) return stale;
    return { kind: 'batch', batch };
  }

  /** Nobody was there when it was due: what was planned then may not be what the guards want now. */
  #isLate({ at }: BatchPlan): boolean {
    return Date.now() - at > lateMs && patched('plan again what is late');
  }

  /** Paused and held campaigns wait for an act or for the pause's end; the main gate is also looked at from time to time. */
  async waitWhileClosed({ by, until }: Extract<Step, { kind: 'closed' }>): Promise<Step> {
    const revision = this.#plannedOn;
    const isWoken = (): boolean => this.#revision !== revision;
    if (by === 'cancelling') await ledgerActivities.cancelRest({ campaignId: this.#campaignId });
    else if (by === 'mainGate') await condition(isWoken, mainGateLookMs, { summary: 'main gate is closed' });
    else if (until === undefined) await condition(isWoken);
    else if (until > Date.now()) await condition(isWoken, until - Date.now(), { summary: showPause(until) });
    return stale;
  }

  /** A pause is over by its own time. Judged by the database: not when somebody has resumed or paused anew meanwhile. */
  async resume(asked: string): Promise<Step> {
    await this.#apply(uuid4(), 'api', { action: 'resume', asked });
    return stale;
  }

  async hold({ cause, lateMs: late }: Extract<Step, { kind: 'hold' }>): Promise<Step> {
    await this.#apply(uuid4(), 'guard', {
      action: 'hold',
      cause,
      ...(late === undefined ? {} : { lateMs: late }),
    });
    return stale;
  }

  /** True when the campaign has ended; false when something came up meanwhile and there is more to do. */
  async finish(): Promise<boolean> {
    const revision = this.#revision;
    const { ended, counts, followers } = await ledgerActivities.finishCampaign({
      campaignId: this.#campaignId,
      at: Date.now(),
    });
    for (const follower of followers ?? []) await tell(follower);
    await condition(allHandlersFinished);
    // A row that is still `sending` here has no sender any more: its attempt died unseen, and it is in doubt.
    if (!ended) await quickActivities.settleAttempt({ campaignId: this.#campaignId });
    if (!ended || revision !== this.#revision) return false;
    this.#view = showProgress(this.#view, { ended: counts });
    return true;
  }

  /** Temporal's own cancellation becomes the campaign's: history row, gate, rest of the ledger. */
  async adoptCancellation(error: unknown): Promise<boolean> {
    if (!isCancellation(error)) return false;
    await CancellationScope.nonCancellable(async () => {
      await this.#apply(uuid4(), 'temporal', { action: 'cancel' });
      await this.plan();
      // Again when something came back meanwhile: a snapshot that was being taken, an outcome that came late.
      do {
        await quickActivities.settleAttempt({ campaignId: this.#campaignId });
        await ledgerActivities.cancelRest({ campaignId: this.#campaignId });
      } while (!(await this.finish()));
    });
    return true;
  }

  /** An update: the answer goes back to whoever asked. */
  async #answer(message: messages.ActMessage | undefined, act: Act): Promise<ControlResult> {
    const { controlId, via } = origin(message);
    const result = await this.#apply(controlId, via, act);
    if (!result.applied && result.refusal !== null)
      throw ApplicationFailure.nonRetryable('refused', 'refused', result.refusal);
    return result;
  }

  /** A signal: a refusal is kept in the control row, there is nobody to answer. */
  async #hear(message: messages.ActMessage | undefined, act: Act): Promise<void> {
    const { controlId, via } = origin(message);
    await this.#apply(controlId, via, act);
  }

  /** While this waits, the main loop may be planning or sending on the old state: the new revision makes it look again. */
  async #apply(controlId: string, via: ControlInput['via'], act: Act): Promise<ControlResult> {
    const result = await quickActivities.applyControl({
      campaignId: this.#campaignId,
      controlId,
      via,
      at: Date.now(),
      ...act,
    });
    this.#wake();
    return result;
  }

  /** Shows what a plan says, and takes its step unless an act of control came after the question. */
  #take(answer: PlanAnswer, askedAt: number): Step {
    this.#view = showProgress(this.#view, answer);
    this.#plannedOn = askedAt;
    return askedAt === this.#revision ? answer.step : stale;
  }

  #wake(): void {
    this.#revision += 1;
  }

  /** The attempt is over, however it ended: fence it, so that it can commit no further intent, and settle what it left. */
  async #recover(error: unknown): Promise<void> {
    await quickActivities.settleAttempt({ campaignId: this.#campaignId });
    this.#faults = isSpacedByPlan(error) ? 0 : this.#faults + 1;
    if (this.#faults < 2) return;
    const revision = this.#revision;
    const isWoken = (): boolean => this.#revision !== revision;
    await condition(isWoken, Math.min(300_000, 1_000 * 2 ** this.#faults), { summary: 'after a fault' });
  }
}

/** Wakes a campaign that waits for this one. One without a run is started by the reconciler, and looks itself. */
async function tell(campaignId: string): Promise<void> {
  const handle = getExternalWorkflowHandle(campaignWorkflowId(campaignId));
  await handle.signal(messages.replanSignal).catch(() => undefined);
}

/** Who sends a control id is the API; what is no such id (typed at the Temporal UI) counts as a message from outside. */
function origin(message: messages.ActMessage | undefined): { controlId: string; via: ControlInput['via'] } {
  const controlId: unknown = message?.controlId;
  const isId = typeof controlId === 'string' && uuid.test(controlId);
  return isId ? { controlId, via: 'api' } : { controlId: uuid4(), via: 'temporal' };
}

/** Failures after which the plan itself says when to go on: at once on another worker, or by the relay's backoff. */
const spacedByPlan: Readonly<Record<RelayTroubleCode | 'workerStopping', true>> = {
  relayUnreachable: true,
  relayUnavailable: true,
  loginRefused: true,
  tlsUnavailable: true,
  senderRefused: true,
  workerStopping: true,
};

function isSpacedByPlan(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof ApplicationFailure && Object.hasOwn(spacedByPlan, cause.type ?? '');
}
