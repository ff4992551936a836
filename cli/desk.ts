import type { Command } from 'commander';
import type { Desk } from './answers.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions, type Session } from './command.ts';
import { Failure, usage } from './failure.ts';
import { count } from './numbers.ts';
import { allItems } from './pages.ts';
import type { Surroundings } from './surroundings.ts';
import { table } from './table.ts';
import { clean } from './terminal-text.ts';
import { readWorkingHours, sayWorkingHours } from './working-hours.ts';

interface DeskOptions extends CommonOptions {
  readonly capacity?: string;
  readonly timeZone?: string;
  readonly hours?: string[];
}

/** `sluice desk …`: teams that several campaigns may feed. */
export function addDeskCommands(program: Command, surroundings: Surroundings): void {
  const desk = program.command('desk').description('teams with a capacity, which several campaigns may feed');
  withFields(apiCommand(desk, 'create <name>', 'make a desk')).action(
    async (name: string, options: DeskOptions) => {
      const session = openSession(options, surroundings);
      if (options.capacity === undefined)
        throw usage('say how many responses may be open at once: --capacity 30');
      const body = { name, ...fieldsOf(options) };
      const made = await session.api.send<Desk>('POST', '/v1/desks', { body });
      session.answer(made, () => [made.id, sayDesk(made)]);
    },
  );
  withFields(
    apiCommand(desk, 'change <desk>', 'change a desk, also while campaigns run; by its id or name'),
  ).action(async (typed: string, options: DeskOptions) => {
    const session = openSession(options, surroundings);
    const { id } = await findDesk(session, typed);
    const changed = await session.api.send<Desk>('PATCH', `/v1/desks/${id}`, { body: fieldsOf(options) });
    session.answer(changed, () => [sayDesk(changed)]);
  });
  apiCommand(desk, 'list', 'list desks with what is open').action(async (options: CommonOptions) => {
    const session = openSession(options, surroundings);
    const desks = await allItems<Desk>(session.api, '/v1/desks');
    session.answer({ items: desks, next: null }, () =>
      table(
        desks,
        [
          { title: 'ID', of: ({ id }) => id },
          { title: 'NAME', of: ({ name }) => clean(name), gives: true },
          { title: 'OPEN', of: ({ open }) => count(open), align: 'right' },
          { title: 'CAPACITY', of: ({ capacity }) => count(capacity), align: 'right' },
          { title: 'HOURS', of: sayHours },
        ],
        tableWidth(surroundings),
      ),
    );
  });
}

function withFields(command: Command): Command {
  return command
    .option('--capacity <n>', 'how many responses may be open at once')
    .option('--time-zone <zone>', 'where the team works, such as Europe/Berlin')
    .option('--hours <hours...>', 'when it works, such as "mon-fri 08:00-17:00"; several may be given');
}

function fieldsOf({ capacity, timeZone, hours }: DeskOptions): object {
  return {
    ...(capacity === undefined ? {} : { capacity: wholeNumber(capacity) }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(hours === undefined ? {} : { windows: hours.map((text) => readWorkingHours(text)) }),
  };
}

function wholeNumber(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw usage(`a capacity is a whole number, such as 30 (got ${clean(text)})`);
  return Number(text);
}

/** The desk of that id or name. */
export async function findDesk({ api }: Pick<Session, 'api'>, typed: string): Promise<Desk> {
  const desks = await allItems<Desk>(api, '/v1/desks');
  const wanted = typed.trim().toLowerCase();
  const found = desks.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted);
  if (found !== undefined) return found;
  throw new Failure(4, `there is no desk ${clean(typed)}; sluice desk list shows them`);
}

function sayDesk(desk: Desk): string {
  return `${clean(desk.name)}: ${count(desk.open)} of ${count(desk.capacity)} open, works ${sayHours(desk)}`;
}

function sayHours({ windows, timeZone }: Desk): string {
  return windows.length === 0 ? 'always' : `${windows.map(sayWorkingHours).join(', ')} (${clean(timeZone)})`;
}
