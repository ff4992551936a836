import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Temporal } from '../../embedded/temporal.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { SmtpPeer } from '../support/smtp-peer.ts';
import { insertContacts, insertStarted } from '../support/started-campaign.ts';
import { startTestTemporal } from '../support/temporal.ts';
import { startTestWorker, type TestWorker } from '../support/world.ts';

let temporal: Temporal;
let api: TestApi;
let peer: SmtpPeer;
let worker: TestWorker;
beforeAll(async () => {
  temporal = await startTestTemporal();
  api = await startTestApi({ temporal: temporal.address });
  peer = await SmtpPeer.start();
  const { databaseUrl } = api;
  worker = await startTestWorker({ databaseUrl, smtpUrl: peer.url, address: temporal.address });
  await insertContacts(api.db, 200);
}, 120_000);
afterAll(async () => {
  await worker.stop();
  await peer.stop();
  await api.close();
  await temporal.stop();
});

it('takes pace changes back one by one, each as history, until there is none left', async () => {
  const id = await insertStarted(api.db, { size: 10 });
  const path = `/v1/campaigns/${id}/pace`;
  expect(await api.call('DELETE', path)).toMatchObject({
    status: 409,
    body: { type: '/problems/conflict', detail: 'there is no pace change to take back; set a pace instead' },
  });
  // What is stale is said before there is nothing to take back.
  expect(await api.call('DELETE', path, undefined, { headers: { 'If-Match': '"1"' } })).toMatchObject({
    status: 412,
  });
  await api.call('PUT', path, { size: 20, every: '30m' });
  const second = await api.call('PUT', path, { size: 40, every: '1h' });
  const undone = await api.call('DELETE', `${path}?reason=too%20fast`, undefined, {
    key: api.keys.operator,
    headers: { 'If-Match': second.headers.get('etag') ?? '' },
  });
  expect(undone).toMatchObject({
    status: 200,
    body: { pace: { size: 20, every: '30m' }, previous: { size: 40, every: '1h' } },
  });
  // The same request once more does not take back two.
  expect(
    await api.call('DELETE', path, undefined, { headers: { 'If-Match': second.headers.get('etag') ?? '' } }),
  ).toMatchObject({ status: 412, body: { changedBy: 'an operator' } });
  expect(await api.call('DELETE', path)).toMatchObject({
    status: 200,
    body: { pace: { size: 10, every: '1m' } },
  });
  expect(await api.call('DELETE', path)).toMatchObject({ status: 409 });
  const { items } = (await api.call('GET', `/v1/campaigns/${id}/controls`)).body as {
    items: {
      id: string;
      action: string;
      by: string;
      to: { size: number; undoes?: string };
      reason: string | null;
    }[];
  };
  const changes = items.filter(({ action }) => action === 'setPace').reverse();
  expect(changes.map(({ to }) => to.size)).toEqual([20, 40, 20, 10]);
  expect(changes.map(({ to }) => to.undoes)).toEqual([undefined, undefined, changes[1]?.id, changes[0]?.id]);
  expect(changes[2]).toMatchObject({ by: 'an operator', reason: 'too fast' });
}, 120_000);
