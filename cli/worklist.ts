import type { Command } from 'commander';
import { printFilter } from '../domain/filter/print-filter.ts';
import type { List, WorkList, WorkListChange, WorkListChanged, WorkListMember } from './answers.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions, type Session } from './command.ts';
import { usage } from './failure.ts';
import { findContact } from './find-contact.ts';
import { findWorkList } from './find-work-list.ts';
import { count, plural } from './numbers.ts';
import { allItems } from './pages.ts';
import type { Surroundings } from './surroundings.ts';
import { table } from './table.ts';
import { clean } from './terminal-text.ts';

interface ChangeOptions extends CommonOptions {
  readonly filter?: string;
  readonly contact?: string[];
  readonly reason?: string;
  readonly includeRemoved?: boolean;
}

interface PageOptions extends CommonOptions {
  readonly limit?: string;
  readonly cursor?: string;
  readonly contact?: string;
}

/** `sluice worklist …`: people chosen by a filter and by hand. */
export function addWorkListCommands(program: Command, surroundings: Surroundings): void {
  const worklist = program
    .command('worklist')
    .description('lists of people, made from a filter and changed by hand; named by id or name');
  addMaking(worklist, surroundings);
  addLooking(worklist, surroundings);
  addChanging(worklist, surroundings);
}

function addMaking(worklist: Command, surroundings: Surroundings): void {
  apiCommand(worklist, 'create <name>', 'make a list, empty or filled by a filter')
    .option('--filter <text>', "whom, such as 'customer.agent = Rossi and newsletter = yes'")
    .option('--reason <text>', 'why; kept in its history')
    .action(async (name: string, options: ChangeOptions) => {
      const session = openSession(options, surroundings);
      const { filter, reason } = options;
      const body = { name, ...(filter === undefined ? {} : { filter }), ...because(reason) };
      const made = await session.api.send<WorkList>('POST', '/v1/work-lists', { body });
      session.answer(made, () => [made.id, sayList(made)]);
    });
  apiCommand(
    worklist,
    'freeze <list>',
    'let nobody change it any more (the start of a campaign does the same)',
  )
    .option('--reason <text>', 'why; kept in its history')
    .action(async (typed: string, options: ChangeOptions) => {
      const session = openSession(options, surroundings);
      const { id } = await findWorkList(session.api, typed);
      const body = because(options.reason);
      const frozen = await session.api.send<WorkList>('PUT', `/v1/work-lists/${id}/freeze`, { body });
      session.answer(frozen, () => [sayList(frozen)]);
    });
  apiCommand(worklist, 'delete <list>', 'remove a list with its history').action(
    async (typed: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const { id, name } = await findWorkList(session.api, typed);
      await session.api.send<null>('DELETE', `/v1/work-lists/${id}`);
      session.answer({ id }, () => [`${clean(name)} is gone`]);
    },
  );
}

function addLooking(worklist: Command, surroundings: Surroundings): void {
  apiCommand(worklist, 'list', 'list the lists').action(async (options: CommonOptions) => {
    const session = openSession(options, surroundings);
    const lists = await allItems<WorkList>(session.api, '/v1/work-lists');
    session.answer({ items: lists, next: null }, () =>
      table(
        lists,
        [
          { title: 'ID', of: ({ id }) => id.slice(0, 8) },
          { title: 'NAME', of: ({ name }) => clean(name), gives: true },
          { title: 'PEOPLE', of: ({ size }) => count(size), align: 'right' },
          { title: 'FROZEN', of: ({ frozenBy }) => (frozenBy === null ? '' : `by ${clean(frozenBy)}`) },
          {
            title: 'FROM',
            of: ({ filter }) => (filter === null ? '' : clean(printFilter(filter))),
            gives: true,
          },
        ],
        tableWidth(surroundings),
      ),
    );
  });
  apiCommand(worklist, 'show <list>', 'what a list is').action(
    async (typed: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const list = await findWorkList(session.api, typed);
      session.answer(list, () => [
        sayList(list),
        `made by ${clean(list.createdBy)} at ${list.createdAt}`,
        ...(list.filter === null ? [] : [`from ${clean(printFilter(list.filter))}`]),
      ]);
    },
  );
  withPages(apiCommand(worklist, 'people <list>', 'who is in it')).action(
    async (typed: string, options: PageOptions) => {
      const session = openSession(options, surroundings);
      const { id } = await findWorkList(session.api, typed);
      const { limit, cursor } = options;
      const path = `/v1/work-lists/${id}/contacts`;
      const found = await session.api.get<List<WorkListMember>>(path, { limit, cursor });
      session.answer(found, () => withMore(found.next, memberLines(found.items, surroundings)));
    },
  );
  withPages(apiCommand(worklist, 'history <list>', 'who changed what, newest first'))
    .option('--contact <address>', 'only what was done to this person')
    .action(async (typed: string, options: PageOptions) => {
      const session = openSession(options, surroundings);
      const { id } = await findWorkList(session.api, typed);
      const { limit, cursor, contact } = options;
      const contactId = contact === undefined ? undefined : (await findContact(session.api, contact)).id;
      const path = `/v1/work-lists/${id}/changes`;
      const found = await session.api.get<List<WorkListChange>>(path, { limit, cursor, contactId });
      session.answer(found, () => withMore(found.next, found.items.map(sayChange)));
    });
}

function addChanging(worklist: Command, surroundings: Surroundings): void {
  const ways = (command: Command): Command =>
    command
      .option('--filter <text>', 'everybody for whom this holds')
      .option('--contact <addresses...>', 'these people, by hand')
      .option('--reason <text>', 'why; kept in its history');
  ways(apiCommand(worklist, 'add <list>', 'add people, by filter or by hand'))
    .option('--include-removed', 'with --filter: also those whom somebody has taken out of it before')
    .action(async (typed: string, options: ChangeOptions) => {
      const session = openSession(options, surroundings);
      const { includeRemoved } = options;
      const more = includeRemoved === true ? { includeRemoved } : {};
      await change(session, typed, options, { word: 'added', method: 'PUT', path: 'additions', more });
    });
  ways(apiCommand(worklist, 'remove <list>', 'remove people, by filter or by hand')).action(
    async (typed: string, options: ChangeOptions) => {
      const session = openSession(options, surroundings);
      await change(session, typed, options, {
        word: 'removed',
        method: 'DELETE',
        path: 'removals',
        more: {},
      });
    },
  );
}

interface Change {
  readonly word: 'added' | 'removed';
  readonly method: 'PUT' | 'DELETE';
  readonly path: 'additions' | 'removals';
  readonly more: object;
}

async function change(session: Session, typed: string, options: ChangeOptions, how: Change): Promise<void> {
  const { filter, contact, reason } = options;
  if ((filter === undefined) === (contact === undefined))
    throw usage("say whom, in one way: --filter 'customer.category = A' or --contact anna@example.com");
  const { id } = await findWorkList(session.api, typed);
  const path = `/v1/work-lists/${id}`;
  if (filter !== undefined) {
    const body = { filter, ...how.more, ...because(reason) };
    const done = await session.api.send<WorkListChanged>('POST', `${path}/${how.path}`, { body });
    session.answer(done, () => [
      `${plural(done.changed, 'person', 'people')} ${how.word}`,
      sayList(done.workList),
    ]);
    return;
  }
  // All are looked up before the first one is changed: a mistyped address changes nothing.
  const contacts = await Promise.all((contact ?? []).map((address) => findContact(session.api, address)));
  for (const { id: contactId, email } of contacts) {
    const request = how.method === 'PUT' ? { body: because(reason) } : { query: { reason } };
    const done = await session.api.send<WorkListChanged>(
      how.method,
      `${path}/contacts/${contactId}`,
      request,
    );
    const word =
      done.changed === 0
        ? `not ${how.word}: ${how.word === 'added' ? 'is in it' : 'is not in it'}`
        : how.word;
    session.answer(done, () => [`${clean(email)} ${word}`]);
  }
}

function withPages(command: Command): Command {
  return command
    .option('--limit <n>', 'how many (1–500, default 50)')
    .option('--cursor <cursor>', 'go on where the last list ended');
}

function withMore(next: string | null, lines: string[]): string[] {
  return next === null ? lines : [...lines, `more: --cursor ${next}`];
}

function because(reason: string | undefined): object {
  return reason === undefined ? {} : { reason };
}

function memberLines(members: readonly WorkListMember[], surroundings: Surroundings): string[] {
  return table(
    members,
    [
      { title: 'ADDRESS', of: ({ contact }) => clean(contact.email) },
      { title: 'CUSTOMER', of: ({ contact }) => clean(contact.customer ?? ''), gives: true },
      {
        title: 'ADDED',
        of: ({ byHand, addedBy, addedAt }) => `${addedAt} ${byHand ? 'by hand ' : ''}by ${clean(addedBy)}`,
      },
    ],
    tableWidth(surroundings),
  );
}

function sayList({ name, size, frozenBy }: WorkList): string {
  const frozen = frozenBy === null ? '' : `, frozen by ${clean(frozenBy)}`;
  return `${clean(name)}: ${plural(size, 'person', 'people')}${frozen}`;
}

function sayChange({ at, by, action, contactId, detail, reason }: WorkListChange): string {
  const changed = detail?.['changed'];
  const who = contactId ?? (typeof changed === 'number' ? plural(changed, 'person', 'people') : 'the list');
  return `${at}  ${clean(by)}  ${action} ${who}${reason === null ? '' : `: ${clean(reason)}`}`;
}
