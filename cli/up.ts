import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { startStack, type Stack } from '../embedded/stack.ts';
import { Failure } from './failure.ts';
import { paintFor, wantsColour, type Paint } from './paint.ts';
import type { Surroundings } from './surroundings.ts';

/** `sluice up` (`npm start`): everything on this machine, in the foreground, until Ctrl-C. */
export function addUpCommand(program: Command, surroundings: Surroundings): void {
  program
    .command('up')
    .description(
      'run the whole stack on this machine until Ctrl-C: PostgreSQL, Temporal, mail sink, API, worker',
    )
    .addHelpText(
      'after',
      '\nWith DATABASE_URL, TEMPORAL_ADDRESS or SMTP_URL set, those are used instead of the own parts.\nEverything is kept in .sluice (SLUICE_DATA_DIR); running campaigns go on when it is started again.',
    )
    .action(async () => up(surroundings));
}

async function up(surroundings: Surroundings): Promise<void> {
  const { out, env } = surroundings;
  const paint = paintFor(wantsColour(env, out.isTTY));
  const say = (line: string): void => out.write(`${line}\n`);
  const stopped = new AbortController();
  let stack: Stack | null = null;
  const noInterrupt = surroundings.onInterrupt(() => {
    if (!stopped.signal.aborted) return stopped.abort();
    say('ending everything at once; nothing is lost by it');
    void stack?.killAll();
  });
  try {
    stack = await start(env, say, paint, stopped.signal);
    if (stack === null) return;
    for (const line of whereLines(stack, surroundings.folder, paint)) say(line);
    await aborted(stopped.signal);
    say('stopping; campaigns go on when it is started again');
    await stack.stop();
    say('stopped');
  } finally {
    noInterrupt();
  }
}

/** Null when it was interrupted while starting; the parts are ended by then. */
async function start(
  env: Surroundings['env'],
  say: (line: string) => void,
  paint: Paint,
  signal: AbortSignal,
): Promise<Stack | null> {
  try {
    say('Sluice is starting: PostgreSQL, Temporal, mail sink, API, worker');
    return await startStack({ env: { ...env }, say: (line) => say(paint('dim', `  ${line}`)), signal });
  } catch (error) {
    if (signal.aborted) {
      say('stopped');
      return null;
    }
    const failure = new Failure(1, error instanceof Error ? error.message : String(error));
    failure.cause = error;
    throw failure;
  }
}

function whereLines({ urls, dataDir }: Stack, folder: string, paint: Paint): string[] {
  const shown = (path: string): string =>
    relative(folder, path).startsWith('..') ? path : relative(folder, path);
  return [
    '',
    `${paint('good', '▶')} ${paint('strong', 'Sluice runs.')} Ctrl-C stops it.`,
    '',
    `  API          ${urls.api}`,
    `  docs         ${urls.api}/docs`,
    ...(urls.temporalUi === null ? [] : [`  Temporal UI  ${urls.temporalUi}`]),
    urls.sink === null
      ? '  mails        go to the relay in SMTP_URL'
      : `  mail sink    ${urls.sink}   (keeps every mail, delivers none; set SMTP_URL for real sending)`,
    `  API key      ${shown(join(dataDir, 'api-key'))}`,
    `  data, logs   ${shown(dataDir)}, ${shown(join(dataDir, 'logs'))}`,
    '',
    'Next, in another terminal in this folder:',
    '  npx sluice contacts import FILE.csv',
    '  npx sluice campaign create --help',
    '  npx sluice campaign list',
    '',
  ];
}

async function aborted(signal: AbortSignal): Promise<void> {
  // A stack whose parts are all detached must not let the process end.
  const awake = setInterval(() => undefined, 60_000);
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  clearInterval(awake);
}
