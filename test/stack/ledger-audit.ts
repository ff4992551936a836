import { expect } from 'vitest';
import type { Database } from '../../db/open.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import type { SmtpPeer } from '../support/smtp-peer.ts';

export interface Audit {
  readonly total: number;
  readonly sent: number;
  readonly inDoubt: number;
  /** Of those in doubt, how many the relay had accepted. */
  readonly inDoubtAccepted: number;
}

/**
 * Compares a finished campaign's ledger with what the relay accepted, recipient by recipient: everybody in exactly one
 * final state, sent = accepted once, nobody accepted twice, nobody accepted who is not sent or in doubt.
 */
export async function auditLedger(db: Database, peer: SmtpPeer, campaignId: string): Promise<Audit> {
  const accepted = new Map<string, number>();
  for (const { messageId } of peer.accepted) accepted.set(messageId, (accepted.get(messageId) ?? 0) + 1);
  const rows = await db
    .selectFrom('delivery')
    .select(['contact_id', 'state'])
    .where('campaign_id', '=', campaignId)
    .execute();
  const wrong: string[] = [];
  let sent = 0;
  let inDoubt = 0;
  let inDoubtAccepted = 0;
  for (const { contact_id, state } of rows) {
    const times = accepted.get(messageIdOf(campaignId, contact_id, 'example.com')) ?? 0;
    if (state === 'sent') sent += 1;
    if (state === 'inDoubt') inDoubt += 1;
    if (state === 'inDoubt') inDoubtAccepted += times;
    const right =
      state === 'sent' ? times === 1 : state === 'inDoubt' ? times <= 1 : isEnd(state) && times === 0;
    if (!right) wrong.push(`${state}, accepted ${times} times`);
  }
  expect(wrong).toEqual([]);
  return { total: rows.length, sent, inDoubt, inDoubtAccepted };
}

function isEnd(state: string): boolean {
  return state === 'failed' || state === 'skipped' || state === 'cancelled';
}

/** Batches in order, one after the other, never closer than the gap, the interrupted one first. */
export async function expectNoBurst(db: Database, campaignId: string, gapMs: number): Promise<void> {
  const batches = await db
    .selectFrom('batch')
    .selectAll()
    .where('campaign_id', '=', campaignId)
    .orderBy('number')
    .execute();
  for (const [index, batch] of batches.entries()) {
    const before = batches[index - 1];
    if (before === undefined) continue;
    expect(batch.number).toBe(before.number + 1);
    expect(before.finished_at).not.toBeNull();
    // The planned instant is the plan's own arithmetic: latest start or continuation of the batch before, plus the gap.
    expect(batch.planned_at.getTime() - before.latest_start.getTime()).toBeGreaterThanOrEqual(gapMs);
    expect(batch.started_at.getTime()).toBeGreaterThanOrEqual(before.finished_at?.getTime() ?? Infinity);
  }
}
