import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startStack, type Stack } from '../../embedded/stack.ts';
import { openApi } from '../api.ts';
import { Failure } from '../failure.ts';
import type { Paint } from '../paint.ts';
import { dataFolder } from '../server.ts';
import type { Surroundings } from '../surroundings.ts';
import { startSlowSink, type SlowSink } from './slow-sink.ts';
import {
  compareAll,
  doublePace,
  importPeople,
  killTheWorker,
  pauseInTheMiddle,
  resume,
  runToTheEnd,
  runUntil,
  startCampaign,
  type Scene,
} from './steps.ts';
import { Interrupted, readCampaign, tellStory, type Story } from './story.ts';
import { verdictLines } from './verdict.ts';

const recipients = fileURLToPath(new URL('recipients.csv', import.meta.url));
/** A batch of 50 then takes 0.8 s, one of 100 1.6 s. */
const thinkMs = 80;
const connections = 5;
const intentWindow = 10;

/** Plays the whole story in a folder and on ports of its own; answers whether everything promised held. Cleans up whatever happens. */
export async function playDemo(
  surroundings: Surroundings,
  paint: Paint,
  waitAtEnd: boolean,
): Promise<boolean> {
  const interrupted = new AbortController();
  const story = tellStory(surroundings, paint, interrupted.signal);
  const folder = join(dataFolder(surroundings), `demo-${stamp(surroundings.now())}-${process.pid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const open: { sink?: SlowSink; stack?: Stack } = {};
  const noInterrupt = surroundings.onInterrupt(() => {
    if (!interrupted.signal.aborted) return interrupted.abort();
    void open.stack?.killAll();
  });
  let proved: boolean | null = null;
  try {
    open.sink = await startSlowSink(join(folder, 'sink'), thinkMs);
    open.stack = await startParts(story, surroundings, folder, open.sink, interrupted.signal);
    proved = await play(story, open.stack, open.sink);
    if (waitAtEnd) await waitForInterrupt(story, interrupted.signal);
  } catch (error) {
    if (!(error instanceof Interrupted) && !interrupted.signal.aborted) throw error;
    if (proved === null) story.say('interrupted; cleaning up');
  } finally {
    await open.stack?.stop();
    await open.sink?.stop();
    if (proved === false) story.say(`everything is kept for a closer look: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
    noInterrupt();
  }
  return proved ?? true;
}

async function startParts(
  story: Story,
  surroundings: Surroundings,
  folder: string,
  sink: SlowSink,
  signal: AbortSignal,
): Promise<Stack> {
  story.step('Start PostgreSQL, Temporal, API and worker on this machine');
  const say = (line: string): void => story.say(story.paint('dim', line));
  try {
    return await startStack({ env: demoEnvironment(surroundings.env, folder, sink), say, signal });
  } catch (error) {
    if (signal.aborted) throw new Interrupted();
    const failure = new Failure(1, error instanceof Error ? error.message : String(error));
    failure.cause = error;
    throw failure;
  }
}

/** The user's own servers and settings have no part in the demo. */
function demoEnvironment(env: Surroundings['env'], folder: string, sink: SlowSink): NodeJS.ProcessEnv {
  const foreign = /^(SLUICE_|DATABASE_URL|SMTP_URL|TEMPORAL_(?!CLI_PATH$))/;
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name))),
    SLUICE_DATA_DIR: folder,
    SLUICE_HTTP: '127.0.0.1:0',
    SMTP_URL: sink.smtpUrl,
    SLUICE_SMTP_CONNECTIONS: String(connections),
    SLUICE_INTENT_WINDOW: String(intentWindow),
  };
}

async function play(story: Story, stack: Stack, sink: SlowSink): Promise<boolean> {
  const scene: Scene = { story, stack, sink, api: openApi(stack.urls.api, stack.apiKey, '') };
  await importPeople(scene, recipients);
  const id = await startCampaign(scene);
  await runUntil(scene, id, 150);
  const pauseHeld = await pauseInTheMiddle(scene, id);
  await resume(scene, id);
  await doublePace(scene, id);
  await killTheWorker(scene, id);
  await runToTheEnd(scene, id);
  const imported = importedAddresses();
  const comparison = await compareAll(scene, id, imported);
  for (const line of verdictLines(comparison, imported.length, story.paint)) story.say(line);
  await sayHowToGoOn(scene, id, stack);
  return comparison.agrees && pauseHeld;
}

async function sayHowToGoOn({ story, api, sink }: Scene, id: string, stack: Stack): Promise<void> {
  const { temporal } = await readCampaign(api, id);
  const run = temporal?.url ?? stack.urls.temporalUi;
  story.step('Look around, and go on');
  if (run !== null) story.say(`the run in the Temporal UI   ${run}`);
  story.say(`what the sink received       ${sink.url}`);
  story.say(`the API's documentation      ${stack.urls.api}/docs`);
  story.say('your own mailing             npm start, then: npx sluice contacts import FILE.csv');
}

async function waitForInterrupt(story: Story, signal: AbortSignal): Promise<void> {
  story.say('Everything keeps running so that the links work. Ctrl-C ends it and cleans up.');
  for (;;) {
    if (signal.aborted) return;
    await story.sleep(3_600_000);
  }
}

/** The first column of our own file, which quotes no address. */
function importedAddresses(): string[] {
  const [, ...rows] = readFileSync(recipients, 'utf8').trimEnd().split('\n');
  return rows.map((row) => row.split(',')[0] ?? '');
}

/** `20261201-131348` */
function stamp(now: Date): string {
  return now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}
