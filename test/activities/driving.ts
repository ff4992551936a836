import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect } from 'vitest';
import type { BatchInput, BatchResult } from '../../activities/contract.ts';
import type { ActivityDependencies } from '../../activities/dependencies.ts';
import { createActivities } from '../../activities/index.ts';
import { persist } from '../../activities/sending/outcome-writer.ts';
import type { ControlArguments } from '../../db/control-act.ts';
import { applyControl } from '../../db/control.ts';
import type { Database } from '../../db/open.ts';
import { readPlan } from '../../db/plan-state.ts';
import type { ControlAction } from '../../domain/campaign-state.ts';
import { ledgerOf, workflowTime } from '../support/campaigns.ts';
import type { SmtpPeer } from '../support/smtp-peer.ts';
import { quietLogger } from '../support/world.ts';

/** Workflow time at which the campaigns of these tests begin. */
export const t0 = workflowTime;

/** One attempt at a batch, as Temporal would call it. */
export async function sendBatch(
  deps: ActivityDependencies,
  campaignId: string,
  batch: Partial<BatchInput> = {},
): Promise<BatchResult> {
  const input = { campaignId, number: 1, size: 50, plannedAt: t0, at: t0, ...batch };
  return new MockActivityEnvironment({}, { logger: quietLogger }).run(
    createActivities(deps).sendBatch,
    input,
  );
}

export async function act(
  db: Database,
  campaignId: string,
  action: ControlAction,
  request: ControlArguments = {},
  at: number = t0,
) {
  return applyControl(db, { campaignId, controlId: randomUUID(), action, via: 'temporal', at, request });
}

export interface Driven {
  readonly ended: 'done' | 'closed' | 'hold' | 'resume';
  /** Types of the failures of attempts, in order. */
  readonly failures: (string | null)[];
  readonly attempts: { readonly number: number; readonly at: number; readonly continues: boolean }[];
}

/** Runs a campaign to its end as the workflow does, without Temporal: time jumps to what the plan waits for. */
export async function drive(
  deps: ActivityDependencies,
  campaignId: string,
  each: (attempt: number) => Promise<unknown> = async () => undefined,
): Promise<Driven> {
  const activities = createActivities(deps);
  const failures: (string | null)[] = [];
  const attempts: Driven['attempts'] = [];
  for (let now = t0; attempts.length < 1_000;) {
    const at = now;
    // Temporal repeats what a lost connection has broken off.
    const { step } = await persist(() => readPlan(deps.db, campaignId, at));
    if (step.kind !== 'wait' && step.kind !== 'batch') return { ended: step.kind, failures, attempts };
    const { number, size, at: plannedAt, continues } = step.batch;
    now = Math.max(now, plannedAt);
    if (step.kind === 'wait') continue;
    attempts.push({ number, at: now, continues });
    await each(attempts.length);
    try {
      await sendBatch(deps, campaignId, { number, size, plannedAt, at: now });
    } catch (error) {
      failures.push(
        error instanceof Error && 'type' in error && typeof error.type === 'string' ? error.type : null,
      );
      await persist(() => activities.settleAttempt({ campaignId }));
    }
  }
  throw new Error('the campaign did not end within 1,000 attempts');
}

/**
 * The promise about every recipient: nobody lost, nobody doubled in silence. Whoever is `sent` was accepted by the peer,
 * once; whoever was accepted is `sent`, or honestly in doubt; nobody is left between.
 */
export async function expectHonest(db: Database, campaignId: string, peer: SmtpPeer): Promise<void> {
  const rows = await ledgerOf(db, campaignId);
  const accepted = peer.accepted.map(({ to }) => to);
  const acceptedIds = peer.accepted.map(({ messageId }) => messageId);
  expect(
    acceptedIds.filter((messageId, i) => acceptedIds.indexOf(messageId) !== i),
    'mailed twice',
  ).toEqual([]);
  const state = new Map(rows.map((row) => [row.email, row.state]));
  const got = new Set(accepted);
  const wrong = [...state].filter(([email, of]) => {
    if (of === 'inDoubt') return false;
    return of === 'sent'
      ? !got.has(email)
      : got.has(email) || !['failed', 'skipped', 'cancelled'].includes(of);
  });
  expect(wrong, 'the ledger and the relay disagree').toEqual([]);
}
