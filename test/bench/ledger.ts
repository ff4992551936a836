import { BatchSender } from '../../activities/sending/batch-sender.ts';
import { IntentWindow } from '../../activities/sending/intent-window.ts';
import { openBatch } from '../../db/ledger/batch.ts';
import { claimNextRecipients } from '../../db/ledger/claim.ts';
import { lookAtGate } from '../../db/ledger/look.ts';
import { recordOutcomes } from '../../db/ledger/outcomes.ts';
import { snapshotAudience } from '../../db/ledger/snapshot.ts';
import { startCampaign } from '../../db/start.ts';
import type { Transport } from '../../mail/transport.ts';
import { addDraft } from '../support/campaigns.ts';
import type { BenchStack } from './bench-stack.ts';

/** Claims and outcomes with durable commits, before a wire that accepts at once. @returns mails per second. */
export async function measureLedger(stack: BenchStack, mails: number): Promise<number> {
  const { db } = stack.arena;
  await stack.contacts(mails);
  const campaignId = await addDraft(db, { size: 100_000, gapMs: 1_000 });
  await startCampaign(db, { campaignId, by: 'bench', startAt: null, expectedVersion: null });
  await snapshotAudience(db, campaignId);
  const now = Date.now();
  const batch = await openBatch(db, { campaignId, number: 1, size: mails, plannedAt: now, at: now });
  if (batch.kind === 'closed') throw new Error('the gate is closed');
  const { token, limited, ruled } = batch;
  const sender = new BatchSender(batch, {
    transport: instantWire,
    window: new IntentWindow(100),
    lanes: 10,
    policy: { backoffMs: [60_000], limitMs: 60_000 },
    until: Infinity,
    now: Date.now,
    fill: () =>
      Promise.resolve({ ok: true, from: '', to: '', message: new Uint8Array(), tail: null, envelopeId: '' }),
    claim: (limit) =>
      claimNextRecipients(db, { campaignId, batch: 1, token, limit, now: Date.now(), limited, ruled }),
    record: async (outcomes) => void (await recordOutcomes(db, campaignId, token, outcomes)),
    mustHold: () => Promise.resolve(false),
    look: () => lookAtGate(db, campaignId, 1, token),
  });
  const startedAt = performance.now();
  const ending = await sender.run();
  if (ending.kind !== 'complete' || sender.tally.sent !== mails)
    throw new Error(`sent ${sender.tally.sent}: ${ending.kind}`);
  return (mails * 1_000) / (performance.now() - startedAt);
}

const instantWire: Transport = {
  acquire: () =>
    Promise.resolve({
      send: () => Promise.resolve({ kind: 'accepted', reply: { code: 250, enhanced: '2.0.0', text: 'ok' } }),
      release: () => undefined,
    }),
  close: () => Promise.resolve(),
};
