import { expect, test } from 'vitest';
import { sluice } from '../sluice.ts';
import { sampleCampaign, sampleId } from './sample.ts';

const path = `/v1/campaigns/${sampleId}`;
const decision = {
  at: '2026-12-01T13:00:00Z',
  batch: 8,
  kind: 'heldBack',
  wanted: 50,
  size: 0,
  lookAgainAt: '2026-12-01T13:05:00Z',
  inputs: { open: 28, limit: 30 },
  sentence: 'held back: 28 of 30 open, 6 more expected within the hour',
};

test('decisions are listed with batch, size and why, in the zone of the campaign', async () => {
  const { code, out } = await sluice(`campaign decisions ${sampleId}`, {
    [`GET ${path}/decisions`]: { body: { items: [decision], next: 'further' } },
    [`GET ${path}`]: { body: sampleCampaign() },
  });
  expect(code).toBe(0);
  expect(out).toMatch(/AT \(Europe\/Berlin\) +BATCH +SIZE +BECAUSE/);
  expect(out).toMatch(/14:00:00 +8 +0 of 50 +held back: 28 of 30 open, 6 more expected within the hour\n/);
  expect(out).toContain('more: --cursor further');
});

test('a campaign that follows no answers has no decisions', async () => {
  const { out } = await sluice(`campaign decisions ${sampleId}`, {
    [`GET ${path}/decisions`]: { body: { items: [], next: null } },
    [`GET ${path}`]: { body: sampleCampaign() },
  });
  expect(out).toBe('There are no decisions yet.\n');
});
