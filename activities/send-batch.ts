import { ApplicationFailure, Context } from '@temporalio/activity';
import { readHoldingGuard } from '../db/guards.ts';
import { finishBatch, openBatch, type OpenedBatch } from '../db/ledger/batch.ts';
import { claimNextRecipients } from '../db/ledger/claim.ts';
import type { Intent } from '../db/ledger/claim.ts';
import { giveBackUnknown, lookAtGate } from '../db/ledger/look.ts';
import { recordOutcomes } from '../db/ledger/outcomes.ts';
import { settlePause } from '../db/ledger/pause.ts';
import { clearTrouble, recordTrouble } from '../db/relay-trouble.ts';
import type { Instant } from '../domain/instant.ts';
import { messageIdOf } from '../domain/message-id.ts';
import type { PlanAnswer } from '../domain/plan-answer.ts';
import type { BatchInput, BatchResult, CampaignActivities } from './contract.ts';
import { planAndKeep } from './decided-plan.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { BatchSender } from './sending/batch-sender.ts';
import { signerFor } from './sending/mail-signer.ts';
import { persist } from './sending/outcome-writer.ts';
import type { Ending, Filled, SenderParts } from './sending/sender-parts.ts';

const heartbeatEveryMs = 1_000;
/** What a timer can do at most (2^31 − 1 ms, 24 days); no attempt lasts so long. */
const longestTimerMs = 2_147_483_647;
/** Larger mails get memory of their own. */
const usualMailBytes = 128 * 1_024;

type Open = Extract<OpenedBatch, { kind: 'open' }>;

export function createSendBatch(deps: ActivityDependencies): CampaignActivities['sendBatch'] {
  return async (asked) => {
    const input = { ...asked, at: asked.at + deps.latenessOf(asked.at) };
    const opened = await openBatch(deps.db, input);
    const plan = (now: Instant): Promise<PlanAnswer> => planAndKeep(deps.db, input.campaignId, now);
    if (opened.kind === 'closed') return result('closed', null, await plan(input.at));
    const parts = await bindParts(deps, input, opened);
    const sender = new BatchSender(opened, parts);
    const unwatch = deps.gateWatch.watch(input.campaignId, () => void sender.look().catch(() => undefined));
    const heartbeat = beat(sender);
    const closing = stopWhenClosed(sender, input);
    try {
      const ending = await sender.run();
      const ended = await close(deps, input, opened, { sender, ending, at: parts.now() });
      return result(ended, sender, await plan(parts.now()));
    } finally {
      unwatch();
      clearInterval(heartbeat);
      clearTimeout(closing);
    }
  };
}

async function bindParts(
  deps: ActivityDependencies,
  input: BatchInput,
  { token, limited, ruled }: Open,
): Promise<SenderParts> {
  const { db, transport, window, lanes, policy } = deps;
  const { campaignId, number: batch, at } = input;
  // Before anybody is claimed: a mail that cannot be made costs nobody an attempt.
  const usual = await deps.mails.skeletonOf(campaignId);
  const sign = await signerFor(deps, campaignId);
  const beganAt = performance.now();
  const now = (): number => at + Math.round(performance.now() - beganAt);
  // One piece of memory per lane, used again for each mail: what is not allocated need not be collected.
  const memory = Array.from({ length: lanes }, () => Buffer.allocUnsafeSlow(usualMailBytes));
  const fill = async ({ recipient, mailDate, documents }: Intent, lane: number): Promise<Filled> => {
    const skeleton = documents === undefined ? usual : await deps.mails.skeletonOf(campaignId, documents);
    const messageId = messageIdOf(campaignId, recipient.contactId, skeleton.options.domain);
    const filled = skeleton.fill({ recipient, messageId, date: mailDate.getTime() }, memory[lane]);
    if (!filled.ok) return { ok: false, reason: filled.reason };
    const { tail } = filled;
    const message = sign === null ? filled.message : await sign(filled.message, mailDate.getTime(), tail);
    return { ok: true, ...filled.envelope, message, tail, envelopeId: messageId.slice(1, -1) };
  };
  return {
    transport,
    window,
    lanes,
    policy,
    now,
    until: input.until ?? Infinity,
    fill,
    claim: (limit) =>
      claimNextRecipients(db, { campaignId, batch, token, limit, now: now(), limited, ruled }),
    record: async (outcomes) => void (await recordOutcomes(db, campaignId, token, outcomes)),
    mustHold: async () => (await readHoldingGuard(db, campaignId, now(), null)) !== null,
    look: () => lookAtGate(db, campaignId, batch, token),
  };
}

/** Heartbeats tell Temporal that the attempt lives; a cancellation or the worker's end comes back the same way. */
function beat(sender: BatchSender): NodeJS.Timeout {
  const context = Context.current();
  context.cancelled.catch(() => sender.stop({ kind: 'stopped' }));
  return setInterval(() => {
    const { planned, ...settled } = sender.tally;
    context.heartbeat({ settled: Object.values(settled).reduce((sum, n) => sum + n, 0), givenBack: planned });
  }, heartbeatEveryMs);
}

/** At the end of the window the attempt ends as for a closed gate; the plan says when the batch goes on. */
function stopWhenClosed(sender: BatchSender, { at, until = Infinity }: BatchInput): NodeJS.Timeout {
  const ms = Math.min(Math.max(0, until - at), longestTimerMs);
  return setTimeout(() => sender.stop({ kind: 'closed' }), ms);
}

/** What the ending means for batch, relay and pause; everything that is known is in the ledger when this begins. */
async function close(
  { db }: ActivityDependencies,
  { campaignId, number }: BatchInput,
  { token }: Open,
  { sender, ending, at }: { sender: BatchSender; ending: Ending; at: Instant },
): Promise<BatchResult['ended']> {
  // With outcomes unrecorded nobody can tell a lost claim from a sent mail: settleAttempt puts both in doubt.
  if (sender.allRecorded) await persist(() => giveBackUnknown(db, campaignId, token));
  else if (ending.kind !== 'fault') throw ApplicationFailure.nonRetryable('outcomes were not recorded');
  const { sent, deferred, failed } = sender.tally;
  if (sent + deferred + failed > 0) await clearTrouble(db, campaignId);
  switch (ending.kind) {
    case 'complete':
      await persist(() => finishBatch(db, campaignId, number, token));
      // A pause that found only mails on the wire may be over before the sender has heard of it.
      await settlePause(db, campaignId);
      return 'complete';
    case 'closed':
      // The gate closed after the last mail of the size: nothing is interrupted.
      if (sender.left === 0) await finishBatch(db, campaignId, number, token);
      await settlePause(db, campaignId);
      return 'closed';
    case 'fenced':
      return 'fenced';
    case 'trouble': {
      const { code, message } = ending.trouble;
      await recordTrouble(db, campaignId, code, message, at);
      throw ApplicationFailure.nonRetryable(code, code);
    }
    case 'stopped':
      throw ApplicationFailure.nonRetryable('the worker is stopping', 'workerStopping');
    case 'fault':
      // The cause may carry rows' values: only its name goes into Temporal, the rest is for the worker's log.
      Context.current().log.error('a batch failed', {
        campaignId,
        batch: number,
        error: String(ending.error),
      });
      throw ApplicationFailure.nonRetryable('the batch failed; see the worker log');
  }
}

function result(ended: BatchResult['ended'], sender: BatchSender | null, next: PlanAnswer): BatchResult {
  const { sent, failed, deferred, inDoubt, skipped } = sender?.tally ?? {
    sent: 0,
    failed: 0,
    deferred: 0,
    inDoubt: 0,
    skipped: 0,
  };
  return { ended, sent, failed, deferred, inDoubt, skipped, next };
}
