import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { timeSkippingServer } from '../../embedded/program.ts';
import { findProgram } from '../../embedded/temporal-binary.ts';
import { startTemporal, type Temporal } from '../../embedded/temporal.ts';

/** A Temporal whose time jumps to the next timer. Call `teardown()` in `afterAll`. */
export async function createTimeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  const path = await findProgram(timeSkippingServer);
  return await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
}

/** The real development server with a database of its own; `stop()` also removes that. */
export async function startTestTemporal(): Promise<Temporal> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-test-temporal-'));
  const server = await startTemporal({ dbFile: join(dir, 'temporal.db'), headless: true });
  return {
    ...server,
    stop: async () => {
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
