import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { testBundle } from '../support/world.ts';

const folder = join(import.meta.dirname, '../histories');
const histories = readdirSync(folder).filter((name) => name.endsWith('.json'));

test('there are histories of a campaign steered, in trouble, held by a guard, cancelled and continued as new', () => {
  expect(histories).toEqual(
    expect.arrayContaining([
      'cancelled.json',
      'continued-as-new-1.json',
      'continued-as-new-2.json',
      'failed-batch-and-hold.json',
      'pause-resume-pace.json',
      'scheduled-resume-single-recipients-guard.json',
    ]),
  );
});

test.each(histories)('the workflow of today replays %s', async (name) => {
  // Written by test/histories/record.ts.
  const { workflowId, history } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
    workflowId: string;
    history: object;
  };
  const workflowBundle = { codePath: await testBundle() };
  // Ids that are derived from the workflow's id mismatch without it.
  await Worker.runReplayHistory({ workflowBundle }, history, workflowId);
});
