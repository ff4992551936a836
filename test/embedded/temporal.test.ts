import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { afterAll, expect, it } from 'vitest';
import { startTemporal } from '../../embedded/temporal.ts';

const dir = mkdtempSync(join(tmpdir(), 'sluice temporal ü '));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('answers when it is said to be started, knows the search attributes, and again after a kill on the same ports', async () => {
  const dbFile = join(dir, 'temporal.db');
  let server = await startTemporal({ dbFile });
  const { port, uiPort } = server;
  try {
    expect(await searchAttributes(server.address)).toMatchObject({ CampaignId: 2, CampaignStatus: 2 });
    expect((await fetch(server.uiUrl ?? '')).status).toBe(200);
    await server.kill();
    server = await startTemporal({ dbFile, port, uiPort });
    expect([server.port, server.uiPort]).toEqual([port, uiPort]);
    expect(await searchAttributes(server.address)).toMatchObject({ CampaignId: 2, CampaignStatus: 2 });
  } finally {
    await server.stop();
  }
});

/** By name; 2 is Keyword. */
async function searchAttributes(address: string): Promise<unknown> {
  const connection = await Connection.connect({ address });
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace: 'default',
    });
    return customAttributes;
  } finally {
    await connection.close();
  }
}
