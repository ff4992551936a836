import type { Command } from 'commander';
import type { FrequencyCap, List } from './answers.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions } from './command.ts';
import { usage } from './failure.ts';
import { count, plural } from './numbers.ts';
import type { Surroundings } from './surroundings.ts';
import { table } from './table.ts';
import { clean } from './terminal-text.ts';

interface SetOptions extends CommonOptions {
  readonly per: string;
}

/** `sluice cap …`: how many mails of a kind one person gets at most. */
export function addCapCommands(program: Command, surroundings: Surroundings): void {
  const cap = program
    .command('cap')
    .description('frequency caps: how many mails of a stream one person gets at most, over all campaigns');
  apiCommand(cap, 'list', 'list the caps in force').action(async (options: CommonOptions) => {
    const session = openSession(options, surroundings);
    const caps = await session.api.get<List<FrequencyCap>>('/v1/frequency-caps');
    session.answer(caps, () => (caps.items.length === 0 ? ['There are no caps.'] : capTable(caps.items)));
  });
  apiCommand(cap, 'set <stream> <count>', 'set or change a cap, such as: cap set marketing 2 --per 7d')
    .requiredOption('--per <duration>', 'in any stretch of time as long as this, such as 7d')
    .action(async (stream: string, typed: string, options: SetOptions) => {
      if (!/^\d{1,5}$/.test(typed)) throw usage(`a cap is a whole number, such as 2 (got ${clean(typed)})`);
      const session = openSession(options, surroundings);
      const body = { count: Number(typed), per: options.per };
      const set = await session.api.send<FrequencyCap>('PUT', pathOf(stream), { body });
      session.answer(set, () => [
        `Nobody gets more than ${plural(set.count, `${clean(set.stream)} mail`)} in ${clean(set.per)}; the rest waits.`,
      ]);
    });
  apiCommand(cap, 'remove <stream>', 'take a cap away').action(
    async (stream: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      await session.api.send('DELETE', pathOf(stream));
      session.answer({ removed: stream }, () => [`There is no cap on ${clean(stream)} mails.`]);
    },
  );

  function capTable(caps: readonly FrequencyCap[]): string[] {
    return table(
      caps,
      [
        { title: 'STREAM', of: ({ stream }) => clean(stream), gives: true },
        { title: 'MAILS', of: ({ count: most }) => count(most), align: 'right' },
        { title: 'IN', of: ({ per }) => clean(per) },
        { title: 'SET BY', of: ({ changedBy }) => clean(changedBy) },
      ],
      tableWidth(surroundings),
    );
  }
}

function pathOf(stream: string): string {
  return `/v1/frequency-caps/${encodeURIComponent(stream)}`;
}
