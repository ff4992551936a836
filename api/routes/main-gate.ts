import { listActiveCampaigns } from '../../db/campaigns.ts';
import { readMainGate, setMainGate, type MainGate } from '../../db/main-gate.ts';
import {
  mainGateSchema,
  mainGateSetSchema,
  setMainGateSchema,
} from '../../domain/schema/campaign-control.ts';
import type { ApiDeps } from '../deps.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { wireInstant } from '../wire-instant.ts';

const tag = 'Main gate';

export const mainGateEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'getMainGate',
    method: 'get',
    path: '/v1/main-gate',
    role: 'viewer',
    tag,
    summary: 'Whether anything may leave at all',
    answers: { 200: { description: 'The main gate', schema: mainGateSchema } },
    handle: async ({ deps }) => ({ status: 200, body: showGate(await readMainGate(deps.db)) }),
  }),
  endpoint({
    id: 'setMainGate',
    method: 'put',
    path: '/v1/main-gate',
    role: 'admin',
    tag,
    summary: 'Closes or opens all sending at once; works without Temporal',
    body: setMainGateSchema,
    answers: { 200: { description: 'The main gate', schema: mainGateSetSchema } },
    handle: async ({ deps, body: { open, reason }, caller }) => {
      const gate = await setMainGate(deps.db, { open, by: caller.name, reason });
      // Campaigns look for themselves every 20 s; this only makes it sooner.
      if (gate.changed && gate.open) void wakeCampaigns(deps);
      return { status: 200, body: { ...showGate(gate), inFlight: gate.inFlight } };
    },
  }),
];

async function wakeCampaigns({ db, temporal }: ApiDeps): Promise<void> {
  const campaigns = await listActiveCampaigns(db).catch(() => []);
  // One that cannot be told (its workflow is missing, Temporal is slow) must not keep the others waiting.
  for (const { id } of campaigns) await temporal.tellReplan(id);
}

function showGate({ open, changedAt, by, reason }: MainGate) {
  return { open, changedAt: wireInstant(changedAt), by, reason };
}
