import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Temporal } from '../../embedded/temporal.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';
import { addContacts, addRunning } from '../support/campaigns.ts';
import { SmtpPeer } from '../support/smtp-peer.ts';
import { startTestTemporal } from '../support/temporal.ts';
import { startTestWorker, type TestWorker } from '../support/world.ts';

let temporal: Temporal;
let peer: SmtpPeer;
let api: TestApi;
let worker: TestWorker;
beforeAll(async () => {
  temporal = await startTestTemporal();
  peer = await SmtpPeer.start();
  api = await startTestApi({ temporal: temporal.address });
  const { address } = temporal;
  worker = await startTestWorker({ address, databaseUrl: api.databaseUrl, smtpUrl: peer.url });
  await addContacts(api.db, 60);
}, 120_000);
afterAll(async () => {
  await worker.stop();
  await api.close();
  await peer.stop();
  await temporal.stop();
});

async function created(path: string, body: unknown): Promise<string> {
  const answer = await api.call('POST', path, body);
  expect(answer.status, answer.text).toBe(201);
  return (answer.body as { id: string }).id;
}

it('a desk that is full with the calls of another campaign holds a batch back, and lets it go as soon as they are handled', async () => {
  const desk = await created('/v1/desks', { name: 'Helpdesk', capacity: 10 });
  const other = await addRunning(api.db);
  const capacity = { desk, rate: 0.01 };
  await api.db
    .updateTable('campaign')
    .set({ desk_id: desk, capacity: JSON.stringify(capacity) })
    .where('id', '=', other)
    .execute();
  const report = async (state: string): Promise<void> => {
    const events = Array.from({ length: 10 }, (_, i) => ({ eventId: `call-${i}`, state, kind: 'call' }));
    const answer = await api.call('POST', `/v1/campaigns/${other}/responses`, { events });
    expect(answer.body).toEqual({ accepted: 10, repeated: 0, rejected: [] });
  };
  await report('opened');
  const id = await created('/v1/campaigns', campaignBody({ pace: { size: 30, every: '1s' }, capacity }));
  expect((await api.call('PUT', `/v1/campaigns/${id}/start`)).status).toBe(200);
  const show = async () => (await api.call('GET', `/v1/campaigns/${id}`)).body;
  await expect.poll(show, { timeout: 20_000 }).toMatchObject({
    state: 'running',
    counts: { planned: 60, sent: 0 },
    responses: {
      open: 10,
      limit: 10,
      following: 'heldBack',
      sentence: expect.stringMatching(/^held back: 10 of 10 open/),
    },
    next: { because: 'capacity' },
  });
  await report('handled');
  // By itself it would look again after a minute at the earliest: it was told.
  await expect.poll(show, { timeout: 20_000 }).toMatchObject({ state: 'finished', counts: { sent: 60 } });
  expect(peer.accepted).toHaveLength(60);
}, 120_000);
