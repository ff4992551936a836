import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { ControlResult } from '../../activities/contract.ts';
import type { ControlArguments } from '../../db/control-act.ts';
import { requestControl } from '../../db/control.ts';
import type { Database } from '../../db/open.ts';
import { pauseCampaign } from '../../db/pause.ts';
import type { ControlAction } from '../../domain/campaign-state.ts';
import { until } from '../../embedded/until.ts';
import { batchesOf, countsOf, historyOf } from '../support/campaigns.ts';
import type { startWorkflow } from '../support/world.ts';
import { attemptsIn, type BatchAttempt, type History } from './history.ts';

type Handle = Awaited<ReturnType<typeof startWorkflow>>;

interface Parts {
  readonly env: TestWorkflowEnvironment;
  readonly db: Database;
  readonly id: string;
  /** The server's time when the campaign was started, ms since 1970. */
  readonly zero: number;
  readonly handle: Handle;
}

/** A campaign on the stage: what people do to it, and what can be seen of it. Minutes count from its start. */
export class PlayedCampaign {
  readonly id: string;
  readonly handle: Handle;
  readonly zero: number;
  readonly #env: TestWorkflowEnvironment;
  readonly #db: Database;

  constructor({ env, db, id, zero, handle }: Parts) {
    this.#env = env;
    this.#db = db;
    this.id = id;
    this.zero = zero;
    this.handle = handle;
  }

  /** The instant of that minute. */
  instant(minute: number): number {
    return this.zero + minute * 60_000;
  }

  /** Lets time pass until that minute; everything that is due before happens before. */
  async reach(minute: number): Promise<void> {
    await this.#env.sleep(Math.max(0, this.zero + minute * 60_000 - (await this.#env.currentTimeMs())));
  }

  async end(): Promise<void> {
    await this.handle.result();
  }

  /** As the API does it: the row with who and why first, then the update that names it. */
  async act(
    action: Exclude<ControlAction, 'start' | 'hold' | 'pause'>,
    request: ControlArguments = {},
  ): Promise<ControlResult> {
    return this.repeat(action, await this.request(action, request), request);
  }

  /** Keeps the request without telling Temporal. @returns the control row's id. */
  async request(action: ControlAction, request: ControlArguments = {}, reason = 'too many calls') {
    const row = { campaignId: this.id, action, by: 'anna', reason, request, expectedVersion: null };
    return (await requestControl(this.#db, row)).controlId;
  }

  /** Sends (once more) the update of a control row. */
  async repeat(action: ControlAction, controlId: string, request: ControlArguments, updateId = controlId) {
    return this.handle.executeUpdate<ControlResult, [object]>(action, {
      args: [{ controlId, ...request }],
      updateId,
    });
  }

  /** As the API does it: true by the database alone, then the workflow is told. */
  async pause(resumeAt?: number | null): Promise<void> {
    const paused = await pauseCampaign(this.#db, {
      campaignId: this.id,
      by: 'anna',
      reason: 'too many calls',
      expectedVersion: null,
      ...(resumeAt === undefined ? {} : { resumeAt }),
    });
    if ('refusal' in paused) throw new Error(`pause refused: ${JSON.stringify(paused.refusal)}`);
    await this.handle.signal('pause', { controlId: paused.pause.controlId });
  }

  /** A signal without a control row, as an operator sends it in the Temporal UI; waits until it is in force. */
  async signal(name: string, message?: object): Promise<void> {
    const before = (await this.history()).length;
    await this.handle.signal(name, ...(message === undefined ? [] : [message]));
    await until(
      async () => (await this.history()).length > before,
      60_000,
      () => `signal ${name} did nothing`,
    );
  }

  /** All attempts of batches that the workflow decided on, over all its runs, in order. */
  async attempts(): Promise<BatchAttempt[]> {
    return (await this.runs()).flatMap((run) => attemptsIn(run));
  }

  /** Whole minutes at which attempts of batches began: what a slow machine needs in between is seconds. */
  async starts(): Promise<number[]> {
    return (await this.attempts()).map(({ at }) => Math.round(this.minute(at)));
  }

  /** Tenths of a minute: what rounds to a whole minute was at most three seconds off. */
  minute(at: number): number {
    // Never the negative zero.
    return Math.round((at - this.zero) / 6_000) / 10 + 0;
  }

  /** The histories of all runs, the first one first. */
  async runs(): Promise<History[]> {
    const histories: History[] = [];
    let runId: string | undefined = this.handle.firstExecutionRunId;
    while (runId !== undefined && runId !== '') {
      const run: History = await this.#env.client.workflow
        .getHandle(this.handle.workflowId, runId, { followRuns: false })
        .fetchHistory();
      histories.push(run);
      runId =
        run.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
    }
    return histories;
  }

  async counts() {
    return countsOf(this.#db, this.id);
  }

  /**
   * Resolves when only so many mails are intents. After an act that closes the gate those on the wire: until the sender has
   * heard of it every intent counts as in flight and may leave, then the others are given back.
   */
  async untilSending(count: number): Promise<void> {
    await until(
      async () => (await this.counts()).sending === count,
      60_000,
      () => `there never were ${count} mails in flight`,
    );
  }

  async batches() {
    return batchesOf(this.#db, this.id);
  }

  async state(): Promise<string> {
    const row = await this.#db
      .selectFrom('campaign')
      .select('state')
      .where('id', '=', this.id)
      .executeTakeFirstOrThrow();
    return row.state;
  }

  /** Acts in force, oldest first, without start and finish. */
  async history() {
    const acts = await historyOf(this.#db, this.id);
    return acts.filter(({ action }) => action !== 'start' && action !== 'finish');
  }

  /** Ends what a test has left running. */
  async abandon(): Promise<void> {
    await this.handle.terminate('the test is over').catch(() => undefined);
  }
}
