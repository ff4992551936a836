import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Client } from 'pg';
import { migrate } from '../../db/migrate.ts';
import { startPostgres } from '../../embedded/postgres.ts';
import { createTimeSkippingEnvironment } from '../support/temporal.ts';
import { assemble, type Play } from '../workflows/stage.ts';
import type { PlayedCampaign } from '../workflows/played-campaign.ts';

/**
 * Records the histories that replay.test.ts replays. Run by hand, when workflows learn something new:
 * `npx tsx test/histories/record.ts [name …]`. A history that is here stays: campaigns of that age may be running.
 */
const every20 = { size: 50, gapMs: 20 * 60_000 };

type Scenario = { readonly contacts: number; play(play: Play): Promise<PlayedCampaign> };

const scenarios: Record<string, Scenario> = {
  'pause-resume-pace': {
    contacts: 250,
    play: async (play) => {
      const campaign = await play.start(every20);
      await campaign.reach(25);
      await campaign.pause();
      await campaign.reach(95);
      await campaign.act('resume');
      await campaign.reach(100);
      await campaign.act('setPace', { size: 75, gapMs: 30 * 60_000 });
      await campaign.reach(103);
      await campaign.signal('setPace', { size: 75, every: '10m' });
      await campaign.end();
      return campaign;
    },
  },
  'failed-batch-and-hold': {
    contacts: 120,
    play: async (play) => {
      const campaign = await play.start(every20);
      await campaign.reach(10);
      await play.peer.goAway();
      await campaign.reach(40);
      await play.peer.comeBack();
      play.peer.script = (at) =>
        at === 'mail' || at === 'rcpt' ? { reply: '530 5.7.0 log in first' } : undefined;
      await campaign.reach(60);
      play.peer.script = undefined;
      await campaign.act('resume', { acknowledge: true });
      await campaign.end();
      return campaign;
    },
  },
  cancelled: {
    contacts: 200,
    play: async (play) => {
      const campaign = await play.start(every20);
      await campaign.reach(25);
      await campaign.handle.cancel();
      await campaign.end();
      return campaign;
    },
  },
  'scheduled-resume-single-recipients-guard': {
    contacts: 160,
    play: async (play) => {
      const campaign = await play.start(every20);
      await campaign.reach(5);
      await campaign.pause(campaign.instant(45));
      await campaign.reach(50);
      const waiting = await play.db
        .selectFrom('delivery')
        .select('contact_id as contactId')
        .where('campaign_id', '=', campaign.id)
        .where('state', '=', 'planned')
        .orderBy('position')
        .execute();
      for (const [n, act] of ['sendNow', 'skip', 'moveToEnd'].entries())
        await campaign.signal(act, { contactId: waiting[n]?.contactId });
      await campaign.act('setPace', { size: 60, gapMs: 10 * 60_000 });
      await campaign.signal('undoPace');
      play.peer.script = (at) => (at === 'rcpt' ? { reply: '550 5.1.1 no such user' } : undefined);
      await campaign.reach(70);
      play.peer.script = undefined;
      await campaign.act('resume', { acknowledge: true });
      await campaign.end();
      return campaign;
    },
  },
  'continued-as-new': {
    contacts: 290,
    play: async (play) => {
      const campaign = await play.start({ ...every20, size: 1 });
      await campaign.end();
      return campaign;
    },
  },
};

const postgresDir = mkdtempSync(join(tmpdir(), 'sluice-record-'));
const postgres = await startPostgres({ dir: postgresDir, fast: true });
const env = await createTimeSkippingEnvironment();
try {
  const wanted = process.argv.slice(2);
  for (const [name, scenario] of Object.entries(scenarios))
    if (wanted.length === 0 || wanted.includes(name)) await record(env, name, scenario);
} finally {
  await env.teardown();
  await postgres.stop();
  rmSync(postgresDir, { recursive: true, force: true });
}

async function record(env: TestWorkflowEnvironment, name: string, scenario: Scenario): Promise<void> {
  const url = await freshDatabase(`record_${name.replaceAll('-', '_')}`);
  const { play, close } = await assemble(env, url, { contacts: scenario.contacts });
  const campaign = await scenario.play(play);
  const runs = await campaign.runs();
  await close();
  const folder = import.meta.dirname;
  mkdirSync(folder, { recursive: true });
  for (const [n, run] of runs.entries()) {
    const file = `${name}${runs.length > 1 ? `-${n + 1}` : ''}.json`;
    const content = { workflowId: campaign.handle.workflowId, history: JSON.parse(historyToJSON(run)) as object };
    writeFileSync(join(folder, file), `${JSON.stringify(content)}\n`);
    console.log(`${file}: ${run.events?.length ?? 0} events`);
  }
}

async function freshDatabase(name: string): Promise<string> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = postgres.url.replace(/\/\w+$/, `/${name}`);
  await migrate(url);
  return url;
}
