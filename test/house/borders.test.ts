import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read, root } from './support.ts';

/** A file, what it imports, and whether the house allows it. */
const imports: readonly (readonly [file: string, statement: string, allowed: boolean])[] = [
  ['domain/a.ts', "import { b } from './b.ts';", true],
  ['domain/b.ts', "import { c } from '../db/c.ts';", false],
  ['domain/c.ts', "import { z } from 'zod';", false],
  ['domain/d.ts', "import { readFileSync } from 'node:fs';", false],
  ['domain/salutation/e.ts', "import { z } from 'zod';", false],
  ['domain/schema/a.ts', "import { z } from 'zod';", true],
  ['domain/schema/b.ts', "import { a } from '../a.ts';", true],
  ['domain/schema/c.ts', "import { a } from '../../mail/a.ts';", false],
  ['domain/schema/d.ts', "import pg from 'pg';", false],
  ['workflows/a.ts', "import { condition } from '@temporalio/workflow';", true],
  ['workflows/b.ts', "import { plan } from '../domain/planner.ts';", true],
  ['workflows/c.ts', "import { a } from '../db/a.ts';", false],
  ['workflows/d.ts', "import { schema } from '../domain/schema/campaign.ts';", false],
  ['workflows/e.ts', "import type { Schema } from '../domain/schema/campaign.ts';", true],
  ['workflows/f.ts', "import { sendBatch } from '../activities/send-batch.ts';", false],
  ['workflows/g.ts', "import { value } from '../activities/contract.ts';", false],
  ['workflows/h.ts', "import type { CampaignActivities } from '../activities/contract.ts';", true],
  ['workflows/i.ts', "import { Client } from '@temporalio/client';", false],
  ['workflows/j.ts', "import { z } from 'zod';", false],
  ['activities/a.ts', "import { claim } from '../db/ledger/claim.ts';", true],
  ['activities/b.ts', "import { a } from '../api/a.ts';", false],
  ['activities/sending/c.ts', "import { a } from '../../workflows/a.ts';", false],
  ['mail/a.ts', "import { a } from '../domain/a.ts';", true],
  ['mail/smtp/b.ts', "import { a } from '../../db/a.ts';", false],
  ['db/a.ts', "import pg from 'pg';", true],
  ['db/ledger/b.ts', "import { a } from '../../mail/a.ts';", false],
  ['worker/a.ts', "import { createActivities } from '../activities/index.ts';", true],
  ['worker/b.ts', "import { campaign } from '../workflows/index.ts';", false],
  ['api/a.ts', "import { pauseUpdate } from '../workflows/messages.ts';", true],
  ['api/b.ts', "import { campaign } from '../workflows/campaign.ts';", false],
  ['api/routes/c.ts', "import { sendBatch } from '../../activities/send-batch.ts';", false],
  ['cli/a.ts', "import { startStack } from '../embedded/stack.ts';", true],
  ['cli/campaign/b.ts', "import { openDatabase } from '../../db/open.ts';", false],
  ['embedded/a.ts', "import { migrate } from '../db/migrate.ts';", true],
  ['embedded/b.ts', "import { createApp } from '../api/app.ts';", false],
];

interface Rule {
  readonly patterns: readonly { readonly message: string }[];
}
const config: { overrides: { files: string[]; rules: Record<string, unknown> }[]; options: object } =
  JSON.parse(read('.oxlintrc.json'));

let folder = '';
/** The linter's messages about imports, by file. */
let said = new Map<string, string[]>();

beforeAll(() => {
  // Outside of the house, so that nothing is left in it and other checks do not stumble over these files.
  folder = mkdtempSync(join(tmpdir(), 'sluice-borders-'));
  writeFileSync(join(folder, '.oxlintrc.json'), JSON.stringify({ ...config, options: {} }));
  for (const [file, statement] of imports) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${statement}\n`);
  }
  const oxlint = join(root, 'node_modules/.bin/oxlint');
  const { stdout } = spawnSync(oxlint, ['--format', 'json', '.'], { cwd: folder, encoding: 'utf8' });
  const {
    diagnostics,
  }: { diagnostics: { filename: string; code: string; message: string; help?: string }[] } =
    JSON.parse(stdout);
  for (const { filename, code, message, help } of diagnostics)
    if (code.includes('no-restricted-imports'))
      said.set(filename, [...(said.get(filename) ?? []), `${message} ${help ?? ''}`]);
}, 30_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the borders between the folders', () => {
  it.each(imports.filter(([, , allowed]) => !allowed))('%s must not: %s', (file) => {
    expect(said.get(file)).toHaveLength(1);
  });

  it.each(imports.filter(([, , allowed]) => allowed))('%s may: %s', (file) => {
    expect(said.get(file)).toBeUndefined();
  });

  it('are all tried here: each message of the rules is heard at least once', () => {
    const heard = [...said.values()].flat().join('\n');
    const messages = config.overrides.flatMap(({ rules }) => {
      const rule = rules['no-restricted-imports'];
      // The rule is written as ["error", {patterns}].
      return Array.isArray(rule) ? (rule[1] as Rule).patterns.map(({ message }) => message) : [];
    });
    expect(messages.length).toBeGreaterThan(10);
    expect(messages.filter((message) => !heard.includes(message))).toEqual([]);
  });
});
