import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcile } from '../../api/reconcile.ts';
import { campaignWorkflowId } from '../../domain/temporal-names.ts';
import type { Temporal } from '../../embedded/temporal.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';
import { insertContacts, insertStarted } from '../support/started-campaign.ts';
import { startTestTemporal } from '../support/temporal.ts';

let temporal: Temporal;
let api: TestApi;
let connection: Connection;
let client: Client;
beforeAll(async () => {
  temporal = await startTestTemporal();
  api = await startTestApi({ temporal: temporal.address, temporalUi: 'http://127.0.0.1:8233' });
  connection = await Connection.connect({ address: temporal.address });
  client = new Client({ connection });
  await insertContacts(api.db, 1);
}, 120_000);
afterAll(async () => {
  await connection.close();
  await api.close();
  await temporal.stop();
});

async function describeRun(campaignId: string) {
  return client.workflow.getHandle(campaignWorkflowId(campaignId)).describe();
}

describe('a start', () => {
  it('starts the workflow once, however often it is called', async () => {
    const { body } = await api.call('POST', '/v1/campaigns', campaignBody());
    const { id } = body as { id: string };
    const first = await api.call('PUT', `/v1/campaigns/${id}/start`);
    expect(first).toMatchObject({
      status: 200,
      body: { state: 'running', version: 2, startedAt: expect.any(String) },
    });
    const second = await api.call('PUT', `/v1/campaigns/${id}/start`);
    expect(second.body).toMatchObject({ state: 'running', version: 2 });
    const run = await describeRun(id);
    expect(run.status.name).toBe('RUNNING');
    expect(second.body).toMatchObject({
      temporal: {
        workflowId: `campaign-${id}`,
        runId: run.runId,
        url: `http://127.0.0.1:8233/namespaces/default/workflows/campaign-${id}/${run.runId}/history`,
      },
    });
    expect(run.searchAttributes).toMatchObject({ CampaignId: [id] });
    const { body: controls } = await api.call('GET', `/v1/campaigns/${id}/controls`);
    expect(controls).toMatchObject({
      items: [{ action: 'start', by: 'an admin', from: { state: 'draft' } }],
    });
  });

  it('with startAt schedules the campaign; null overrules what the draft says', async () => {
    const startAt = '2099-12-01T08:00:00Z';
    const later = await api.call('POST', '/v1/campaigns', campaignBody());
    const one = (later.body as { id: string }).id;
    expect(await api.call('PUT', `/v1/campaigns/${one}/start`, { startAt })).toMatchObject({
      status: 200,
      body: { state: 'scheduled', startAt },
    });
    const drafted = await api.call('POST', '/v1/campaigns', campaignBody({ startAt }));
    const other = (drafted.body as { id: string }).id;
    expect(await api.call('PUT', `/v1/campaigns/${other}/start`, { startAt: null })).toMatchObject({
      status: 200,
      body: { state: 'running' },
    });
  });
});

describe('an act while no worker lives', () => {
  it('is 503 after the deadline and says that it may still come into force', async () => {
    const id = await insertStarted(api.db);
    await api.deps.temporal.start(id);
    const answer = await api.call('PUT', `/v1/campaigns/${id}/pace`, { size: 1, every: '1h' });
    expect(answer).toMatchObject({
      status: 503,
      body: { type: '/problems/temporal-away', detail: expect.stringContaining('may still come into force') },
    });
  }, 30_000);
});

describe('reconciling', () => {
  it('starts the workflow of an active campaign that Temporal does not know', async () => {
    const id = await insertStarted(api.db);
    await reconcile(api.deps);
    expect((await describeRun(id)).status.name).toBe('RUNNING');
  });

  it('holds a campaign whose workflow somebody terminated, and does not start it again', async () => {
    const id = await insertStarted(api.db);
    await reconcile(api.deps);
    await client.workflow.getHandle(campaignWorkflowId(id)).terminate('by hand');
    await reconcile(api.deps);
    await reconcile(api.deps);
    expect((await api.call('GET', `/v1/campaigns/${id}`)).body).toMatchObject({
      state: 'held',
      pause: { inFlight: 0 },
    });
    expect((await describeRun(id)).status.name).toBe('TERMINATED');
    const { body } = await api.call('GET', `/v1/campaigns/${id}/controls`);
    expect(body).toMatchObject({
      items: [{ action: 'hold', via: 'guard', to: { cause: 'workflowTerminated' } }, {}],
    });
  });

  it('is ready when Temporal answers', async () => {
    expect(await api.call('GET', '/readyz')).toMatchObject({
      status: 200,
      body: { ready: true, missing: [] },
    });
  });
});
