import { expect, it } from 'vitest';
import { bundleCode } from '../../worker/bundle.ts';

/** What would make every cached workflow heavy, or does not run in the sandbox at all. */
const kept = [
  'zod',
  'mjml',
  'kysely',
  'pg',
  'nodemailer',
  'liquidjs',
  'express',
  'pino',
  '@temporalio/client',
];

it('the workflow bundle holds the workflows and no library but the SDK, and stays below 2 MB', async () => {
  const code = await bundleCode();
  const packages = new Set(
    [...code.matchAll(/node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//g)].map(([, name = '']) => name),
  );
  expect(code).toContain('./workflows/campaign.ts');
  expect(packages).toContain('@temporalio/workflow');
  expect(kept.filter((name) => packages.has(name))).toEqual([]);
  expect(code).not.toMatch(/\.\/(db|mail|api|worker)\/[\w/-]+\.ts/);
  expect(code).not.toContain('./domain/schema/');
  expect(Buffer.byteLength(code)).toBeLessThan(2_000_000);
}, 60_000);
