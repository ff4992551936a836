import type { Stack } from '../../embedded/stack.ts';
import type { Campaign, ContactImport, PaceChanged, Paused, RecipientRow } from '../answers.ts';
import type { Api } from '../api.ts';
import { sayPace } from '../campaign/pace-text.ts';
import { settledOf } from '../campaign/state-words.ts';
import { Failure } from '../failure.ts';
import { upload } from '../import/upload.ts';
import { count, plural } from '../numbers.ts';
import { allItems } from '../pages.ts';
import { compare, type Comparison } from './comparison.ts';
import { demoContent, demoIdentity } from './mail.ts';
import type { SlowSink } from './slow-sink.ts';
import { readCampaign, type Story } from './story.ts';

/** What every step works with. */
export interface Scene {
  readonly story: Story;
  readonly api: Api;
  readonly stack: Pick<Stack, 'killWorker' | 'startWorker'>;
  readonly sink: SlowSink;
}

export async function importPeople({ story, api }: Scene, path: string): Promise<void> {
  story.step('Import 1,000 people from cli/demo/recipients.csv');
  const startedAt = performance.now();
  const done = await upload<ContactImport>(api, '/v1/contact-imports', path);
  story.say(`${count(done.created)} imported in ${seconds(startedAt)}, ${count(done.rejected)} rows refused`);
  if (done.state !== 'done' || done.created !== 1_000 || done.rejected !== 0)
    throw new Failure(1, 'the import did not take all 1,000 people');
}

/** Makes the draft and starts it; answers its id. */
export async function startCampaign({ story, api }: Scene): Promise<string> {
  story.step('Start a campaign: 50 mails every 2 seconds');
  const draft = await api.send<Campaign>('POST', '/v1/campaigns', {
    body: {
      name: 'A new mail server',
      audience: { all: true },
      identity: demoIdentity,
      content: demoContent,
      pace: { size: 50, every: '2s' },
      timeZone: 'Europe/Berlin',
      consent: { newsletter: false, reason: 'operational notice to our own people' },
    },
  });
  const started = await api.send<Campaign>('PUT', `/v1/campaigns/${draft.id}/start`, { body: {} });
  if (started.temporal?.url) story.say(`its run in the Temporal UI: ${started.temporal.url}`);
  return draft.id;
}

/** Lets it run until so many are settled, with a moving bar. */
export async function runUntil({ story, api }: Scene, id: string, settled: number): Promise<void> {
  const there = async (): Promise<boolean> => {
    const campaign = await readCampaign(api, id);
    story.show(campaign);
    return settledOf(campaign.counts) >= settled;
  };
  await story.until(`progress to ${count(settled)}`, there, 120, 200);
}

/**
 * Pauses in the middle of a batch, then watches the sink for two gaps: more than what was in flight may not arrive.
 * Answers whether that held.
 */
export async function pauseInTheMiddle({ story, api, sink }: Scene, id: string): Promise<boolean> {
  await story.until('the middle of a batch', () => sink.burst() >= 15 && sink.burst() <= 35, 60, 5);
  const paused = await api.send<Paused>('PUT', `/v1/campaigns/${id}/pause`, {
    body: { reason: 'the help desk is full' },
  });
  const atAnswer = sink.count();
  story.step('Pause in the middle of a batch');
  story.say(
    `${count(atAnswer)} had arrived when the pause was answered; it counted ${plural(paused.inFlight, 'mail')} in flight`,
  );
  await story.sleep(4_000);
  const more = sink.count() - atAnswer;
  const held = more <= paused.inFlight;
  story.say(
    held
      ? `watched the sink for 4 s, two gaps long: ${count(more)} of these ${count(paused.inFlight)} still arrived, and nothing else ${story.paint('good', '✓')}`
      : story.paint(
          'bad',
          `× ${count(more)} more arrived, but only ${count(paused.inFlight)} were in flight`,
        ),
  );
  return held;
}

export async function resume(scene: Scene, id: string): Promise<void> {
  const { story, api } = scene;
  const before = await readCampaign(api, id);
  await api.send<Campaign>('DELETE', `/v1/campaigns/${id}/pause`, {
    query: { reason: 'the help desk is free again' },
  });
  story.step('Resume: the interrupted batch goes on first');
  await runUntil(scene, id, settledOf(before.counts) + 100);
}

export async function doublePace({ story, api }: Scene, id: string): Promise<void> {
  const body = { size: 100, every: '2s', reason: 'two more people at the help desk' };
  const changed = await api.send<PaceChanged>('PUT', `/v1/campaigns/${id}/pace`, { body });
  story.step(`Double the pace: ${sayPace(changed.previous)} → ${sayPace(changed.pace)}`);
}

/** Kills the worker in the middle of a batch, starts it again, and waits until mails arrive again. */
export async function killTheWorker(scene: Scene, id: string): Promise<void> {
  const { story, api, stack, sink } = scene;
  await story.until('a batch of the new size', () => sink.burst() >= 60, 60, 5);
  const burst = sink.burst();
  await stack.killWorker('SIGKILL');
  const killedAt = performance.now();
  story.step('Kill the worker with SIGKILL in the middle of a batch');
  story.say(`${count(burst)} mails of the batch had arrived`);
  // What the sink was thinking about when the worker died still arrives; it is quiet before the next worker can send.
  await story.until('a quiet sink', () => sink.burst() === 0, 10, 20);
  const atKill = sink.count();
  await stack.startWorker();
  story.say(
    'started it again; Temporal gives it the batch back as soon as it knows that the old one is dead',
  );
  await story.until('sending again after the kill', () => sink.count() > atKill, 90, 20);
  const tookMs = performance.now() - killedAt;
  const { counts } = await readCampaign(api, id);
  story.say(
    `sending again after ${(tookMs / 1000).toFixed(1)} s; in doubt: ${count(counts.inDoubt)} (never sent again by itself)`,
  );
}

export async function runToTheEnd({ story, api }: Scene, id: string): Promise<void> {
  const ended = async (): Promise<boolean> => {
    const campaign = await readCampaign(api, id);
    story.show(campaign);
    return campaign.state === 'finished';
  };
  await story.until('the end of the campaign', ended, 120, 200);
}

/** Asks the ledger about everybody and holds it against what the sink has. */
export async function compareAll(
  { story, api, sink }: Scene,
  id: string,
  imported: readonly string[],
): Promise<Comparison> {
  story.step('Compare the ledger with what the sink received, address by address');
  const ledger = await allItems<RecipientRow>(api, `/v1/campaigns/${id}/recipients`);
  return compare(imported, ledger, await sink.received());
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
