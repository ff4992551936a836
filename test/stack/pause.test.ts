import { afterAll, beforeAll, expect, test } from 'vitest';
import { Arena } from '../support/arena.ts';
import { eventually } from '../support/processes.ts';
import { auditLedger } from './ledger-audit.ts';

let arena: Arena;

beforeAll(async () => {
  arena = await Arena.start({ window: 50 });
  await arena.startApi();
  await arena.addContacts(3_000);
});
afterAll(() => arena.stop());

let ceiling = Infinity;
const held: (() => void)[] = [];

/**
 * The relay takes no more mails than that for now: however long an answer takes on a slow machine, the campaign is still
 * under way then.
 */
function letIn(mails: number): void {
  ceiling = mails;
  for (const goOn of held.splice(0)) goOn();
  arena.peer.script = async (stage) => {
    if (stage !== 'mail') return undefined;
    while (arena.peer.accepted.length >= ceiling) await new Promise<void>((resolve) => held.push(resolve));
    return undefined;
  };
}

test('pauses under load: after each answer no more mails arrive than it counted as in flight', async () => {
  const worker = await arena.startWorker();
  const id = await arena.startCampaign({ size: 3_000, gapMs: 1_000 });
  for (const mark of [200, 700, 1_300, 1_900]) {
    letIn(mark + 400);
    await arena.peer.until(({ accepted }) => accepted.length >= mark);
    const { status, body } = await arena.request('PUT', `/v1/campaigns/${id}/pause`, {});
    const atAnswer = arena.peer.accepted.length;
    expect(status).toBe(200);
    letIn(mark + 800);
    const settled = await eventually('the last mail in flight to settle', async () => {
      const { body: campaign } = await arena.request('GET', `/v1/campaigns/${id}`);
      return pauseOf(campaign)?.settledAt ?? null;
    });
    expect(Date.parse(settled)).toBeGreaterThanOrEqual(Date.parse(String(body['pausedAt'])));
    const late = arena.peer.accepted.length - atAnswer;
    expect(late).toBeLessThanOrEqual(Number(body['inFlight']));
    expect(Number(body['inFlight'])).toBeLessThanOrEqual(arena.window);
    // Nothing is sending, so nothing more can come; the sender has given back what was not on the wire.
    expect(await arena.countIn('sending', id)).toBe(0);
    const quiet = arena.peer.accepted.length;
    await arena.request('DELETE', `/v1/campaigns/${id}/pause`);
    await arena.peer.until(({ accepted }) => accepted.length > quiet);
  }
  letIn(Infinity);
  await arena.untilState(id, 'finished');
  const audit = await auditLedger(arena.db, arena.peer, id);
  expect(audit).toMatchObject({ total: 3_000, sent: 3_000, inDoubt: 0 });
  await arena.kill(worker, 'SIGTERM');
});

test('a pause is answered and true with every worker dead and with Temporal down; the workflow adopts it when it is back', async () => {
  const worker = await arena.startWorker();
  const id = await arena.startCampaign({ size: 100, gapMs: 1_000 });
  const before = arena.peer.accepted.length;
  await arena.peer.until(({ accepted }) => accepted.length > before + 150);
  await arena.kill(worker);
  await arena.temporal.kill();

  const { status, body } = await arena.request('PUT', `/v1/campaigns/${id}/pause`, {
    reason: 'stop, please',
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({ state: 'paused', reason: 'stop, please' });
  const atAnswer = arena.peer.accepted.length;

  await arena.startTemporalAgain();
  const next = await arena.startWorker();
  // The dead worker's intents are settled as in doubt, and then the pause shows when that was.
  await eventually(
    'the workflow to adopt the pause',
    async () => {
      const { body: campaign } = await arena.request('GET', `/v1/campaigns/${id}`);
      return pauseOf(campaign)?.settledAt ?? null;
    },
    120_000,
  );
  expect(await arena.stateOf(id)).toBe('paused');
  expect(arena.peer.accepted.length - atAnswer).toBeLessThanOrEqual(Number(body['inFlight']));

  const resumed = await eventually('the resume to be answered', async () => {
    const answer = await arena.request('DELETE', `/v1/campaigns/${id}/pause`);
    return answer.status === 200 ? answer : null;
  });
  expect(resumed.body['state']).toBe('running');
  await arena.request('PUT', `/v1/campaigns/${id}/pace`, { size: 3_000, every: '1s' });
  await arena.untilState(id, 'finished');
  const audit = await auditLedger(arena.db, arena.peer, id);
  expect(audit.sent + audit.inDoubt).toBe(3_000);
  await arena.kill(next, 'SIGTERM');
}, 300_000);

test('the main gate stops everything without Temporal, and opens again', async () => {
  const worker = await arena.startWorker();
  const before = arena.peer.accepted.length;
  letIn(before + 500);
  const id = await arena.startCampaign({ size: 3_000, gapMs: 1_000 });
  await arena.peer.until(({ accepted }) => accepted.length > before + 100);
  const { status, body } = await arena.request('PUT', '/v1/main-gate', { open: false, reason: 'wrong list' });
  expect(status).toBe(200);
  expect(body['open']).toBe(false);
  letIn(Infinity);
  await eventually('nothing to be sending', async () => (await arena.countIn('sending', id)) === 0);
  const quiet = arena.peer.accepted.length;
  await arena.request('PUT', '/v1/main-gate', { open: true, reason: 'right list' });
  await arena.peer.until(({ accepted }) => accepted.length > quiet);
  await arena.untilState(id, 'finished');
  await arena.kill(worker, 'SIGTERM');
}, 300_000);

function pauseOf(campaign: Record<string, unknown>): { settledAt: string | null } | null {
  // As documented for GET /v1/campaigns/{id}.
  return campaign['pause'] as { settledAt: string | null } | null;
}
