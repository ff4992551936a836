import {
  Client,
  Connection,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type ConnectionOptions,
  type WorkflowExecutionStatusName,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { ApplicationFailure, defineSearchAttributeKey } from '@temporalio/common';
import type { UpdateDefinition } from '@temporalio/common';
import type { Logger } from 'pino';
import type { Refusal } from '../domain/campaign-state.ts';
import {
  campaignTaskQueue,
  campaignWorkflowId,
  campaignWorkflowType,
  searchAttributes,
} from '../domain/temporal-names.ts';
import * as messages from '../workflows/messages.ts';
import type { Act, ActOutcome, CampaignMessenger, RunStatus } from './campaign-messenger.ts';

/** An update needs a living worker; one that has to start needs some seconds. */
const actDeadlineMs = 10_000;
const startDeadlineMs = 5_000;
const reachDeadlineMs = 2_000;
/** For what nobody waits for, and for looks that an answer can do without. */
const shortDeadlineMs = 1_500;
/** After a look that failed, the next ones do not wait: screens stay fast while Temporal is away. */
const lookAgainMs = 3_000;

const campaignIdKey = defineSearchAttributeKey(searchAttributes.campaignId, 'KEYWORD');
const campaignStatusKey = defineSearchAttributeKey(searchAttributes.campaignStatus, 'KEYWORD');

/** Connects when first needed, so that the API starts and answers with Temporal away. */
export function createTemporalMessenger(options: {
  readonly connection: ConnectionOptions;
  readonly namespace: string;
  readonly log: Logger;
}): CampaignMessenger {
  const connection = Connection.lazy(options.connection);
  return new TemporalMessenger(connection, options.namespace, options.log);
}

class TemporalMessenger implements CampaignMessenger {
  readonly namespace: string;
  readonly #connection: Connection;
  readonly #client: Client;
  readonly #log: Logger;
  readonly #underWay = new Set<Promise<unknown>>();
  #noLookBefore = 0;
  #closing = false;

  constructor(connection: Connection, namespace: string, log: Logger) {
    this.namespace = namespace;
    this.#connection = connection;
    this.#client = new Client({ connection, namespace });
    this.#log = log;
  }

  async isReachable(deadlineMs: number): Promise<boolean> {
    if (Date.now() < this.#noLookBefore) return false;
    const { namespace } = this;
    try {
      await this.#within(deadlineMs, () => this.#connection.workflowService.describeNamespace({ namespace }));
      return true;
    } catch {
      this.#noLookBefore = Date.now() + lookAgainMs;
      return false;
    }
  }

  async start(campaignId: string): Promise<boolean> {
    try {
      await this.#within(startDeadlineMs, () =>
        this.#client.workflow.start(campaignWorkflowType, startOptions(campaignId)),
      );
      return true;
    } catch (err) {
      this.#log.warn(
        { campaignId, err },
        'Temporal did not start the workflow; it is tried again each minute',
      );
      return false;
    }
  }

  async act(campaignId: string, act: Act): Promise<ActOutcome> {
    // Without this a message to nobody would be tried until its deadline.
    if (!(await this.isReachable(reachDeadlineMs))) return { kind: 'away', asked: false, cause: null };
    const { update, args } = messageOf(act);
    const updateId = act.controlId;
    const handle = this.#client.workflow.getHandle(campaignWorkflowId(campaignId));
    try {
      await this.#within(actDeadlineMs, () => handle.executeUpdate(update, { args, updateId }));
      return { kind: 'done' };
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) return outcomeOf(error);
    }
    this.#log.warn(
      { campaignId },
      'Temporal has no running workflow for an active campaign; it is started again',
    );
    const startWorkflowOperation = new WithStartWorkflowOperation(campaignWorkflowType, {
      ...startOptions(campaignId),
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    try {
      await this.#within(actDeadlineMs, () =>
        this.#client.workflow.executeUpdateWithStart(update, { args, updateId, startWorkflowOperation }),
      );
      return { kind: 'done' };
    } catch (error) {
      return outcomeOf(error);
    }
  }

  async tellPause(campaignId: string, controlId: string): Promise<void> {
    const handle = this.#client.workflow.getHandle(campaignWorkflowId(campaignId));
    await this.#within(shortDeadlineMs, () => handle.signal(messages.pauseSignal, { controlId })).catch(
      () => undefined,
    );
  }

  async tellReplan(campaignId: string): Promise<boolean> {
    const handle = this.#client.workflow.getHandle(campaignWorkflowId(campaignId));
    try {
      await this.#within(shortDeadlineMs, () => handle.signal(messages.replanSignal));
      return true;
    } catch {
      return false;
    }
  }

  async findRun(campaignId: string): Promise<{ runId: string; status: RunStatus } | null | 'away'> {
    if (Date.now() < this.#noLookBefore) return 'away';
    const handle = this.#client.workflow.getHandle(campaignWorkflowId(campaignId));
    try {
      const { runId, status } = await this.#within(shortDeadlineMs, () => handle.describe());
      return { runId, status: runStatus(status.name) };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      this.#noLookBefore = Date.now() + lookAgainMs;
      return 'away';
    }
  }

  /**
   * Waits for calls under way (each has its deadline) and lets no other begin: the SDK tries a failed call again from a
   * timer, and on a closed channel that throws where nobody can catch it.
   */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.allSettled(this.#underWay);
    await this.#connection.close();
  }

  async #within<T>(ms: number, call: () => Promise<T>): Promise<T> {
    // Somebody who made one call may want the next while the first one is being waited for.
    if (this.#closing) throw new Error('the API is ending');
    const answer = this.#connection.withDeadline(Date.now() + ms, call);
    this.#underWay.add(answer);
    try {
      return await answer;
    } finally {
      this.#underWay.delete(answer);
    }
  }
}

function startOptions(campaignId: string): WorkflowStartOptions {
  return {
    workflowId: campaignWorkflowId(campaignId),
    taskQueue: campaignTaskQueue,
    args: [{ campaignId } satisfies messages.CampaignInput],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: 'sends one campaign in batches',
    staticDetails: `Campaign \`${campaignId}\`. Its name, recipients and history are in the database; here are ids, counts and instants only.`,
    typedSearchAttributes: [
      { key: campaignIdKey, value: campaignId },
      { key: campaignStatusKey, value: 'starting' },
    ],
  };
}

function messageOf(act: Act): { update: UpdateDefinition<unknown, [unknown]>; args: [unknown] } {
  const { controlId } = act;
  switch (act.action) {
    case 'resume':
      return message(messages.resumeUpdate, { controlId });
    case 'cancel':
      return message(messages.cancelUpdate, { controlId });
    case 'setPace':
      return 'undo' in act
        ? message(messages.undoPaceUpdate, { controlId })
        : message(messages.setPaceUpdate, { controlId, ...act.pace });
    case 'reschedule':
      return message(messages.rescheduleUpdate, { controlId, startAt: act.startAt });
  }
}

/** Ties a message to the argument that its definition wants, then forgets the type. */
function message<A>(
  update: UpdateDefinition<unknown, [A]> | UpdateDefinition<unknown, [A?]>,
  argument: A,
): { update: UpdateDefinition<unknown, [unknown]>; args: [unknown] } {
  // Only the name travels; the argument was checked against the definition above.
  return { update: update as unknown as UpdateDefinition<unknown, [unknown]>, args: [argument] };
}

function outcomeOf(error: unknown): ActOutcome {
  if (!(error instanceof WorkflowUpdateFailedError)) return { kind: 'away', asked: true, cause: error };
  const { cause } = error;
  const detail: unknown = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
  if (isRefusal(detail)) return { kind: 'refused', refusal: detail };
  // Without a refusal it is either a validator's word or an update that a run could not finish: both say why.
  return {
    kind: 'refused',
    refusal: { code: 'invalid', detail: cause?.message ?? 'the campaign refused it' },
  };
}

function isRefusal(detail: unknown): detail is Refusal {
  return typeof detail === 'object' && detail !== null && 'code' in detail;
}

function runStatus(name: WorkflowExecutionStatusName): RunStatus {
  if (name === 'RUNNING' || name === 'PAUSED') return 'running';
  return name === 'TERMINATED' ? 'terminated' : 'ended';
}
