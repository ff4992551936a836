import type { Command } from 'commander';
import { Failure } from '../failure.ts';
import { paintFor, wantsColour } from '../paint.ts';
import type { Surroundings } from '../surroundings.ts';
import { playDemo } from './play.ts';

interface DemoOptions {
  /** commander: `--no-wait` sets it to false. */
  readonly wait: boolean;
}

/** `sluice demo` (`npm run demo`): the main job in about a minute, proved at the end. */
export function addDemoCommand(program: Command, surroundings: Surroundings): void {
  program
    .command('demo')
    .description(
      'send 1,000 mails to a sink, pause, speed up, kill the worker, and prove that nobody was lost or doubled',
    )
    .option('--no-wait', 'end at once after the verdict, also on a terminal')
    .addHelpText(
      'after',
      '\nIt has its own parts on free ports and its own data folder, so it can run beside npm start; no mail leaves this machine.\nExit code 1 when the ledger and the sink do not agree.',
    )
    .action(async ({ wait }: DemoOptions) => {
      const paint = paintFor(wantsColour(surroundings.env, surroundings.out.isTTY));
      const proved = await playDemo(
        surroundings,
        paint,
        wait && surroundings.out.isTTY && surroundings.input.isTTY,
      );
      if (!proved) throw new Failure(1, 'the demo did not prove what it promises; see above');
    });
}
