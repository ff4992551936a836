import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import type { Command } from 'commander';
import type { Contact, ContactImport, List, Reject } from './answers.ts';
import type { Api } from './api.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions } from './command.ts';
import { Failure, usage } from './failure.ts';
import { count, plural } from './numbers.ts';
import { addPersonCommands } from './people/contact.ts';
import { addExportCommand } from './people/export.ts';
import type { Surroundings } from './surroundings.ts';
import { table } from './table.ts';
import { clean } from './terminal-text.ts';

interface ListOptions extends CommonOptions {
  readonly search?: string;
  readonly limit?: string;
  readonly cursor?: string;
}

/** `sluice contacts …`: people. */
export function addContactCommands(program: Command, surroundings: Surroundings): void {
  const contacts = program.command('contacts').description('people: import, add, look up, change, export');
  apiCommand(contacts, 'import <file.csv>', 'import contacts; a row with a known address updates it').action(
    async (file: string, options: CommonOptions) => importFile(file, options, surroundings),
  );
  apiCommand(contacts, 'list', 'list contacts')
    .option('--search <text>', 'only those whose address, first or last name begins with these words')
    .option('--limit <n>', 'how many (1–500, default 50)')
    .option('--cursor <cursor>', 'go on where the last list ended')
    .action(async (options: ListOptions) => listContacts(options, surroundings));
  addPersonCommands(contacts, surroundings);
  addExportCommand(contacts, surroundings);
}

/** Streams a CSV file to the API; memory does not grow with the file. */
export async function importContacts(api: Api, path: string): Promise<ContactImport> {
  refuseNoFile(path);
  const body = Readable.toWeb(createReadStream(path));
  return await api.send<ContactImport>('POST', '/v1/contact-imports', { stream: { type: 'text/csv', body } });
}

async function importFile(file: string, options: CommonOptions, surroundings: Surroundings): Promise<void> {
  const session = openSession(options, surroundings);
  const done = await importContacts(session.api, resolve(surroundings.folder, file));
  const rejects =
    done.rejected === 0 || session.json
      ? []
      : (await session.api.get<List<Reject>>(`/v1/contact-imports/${done.id}/rejects`, { limit: 20 })).items;
  session.answer(done, () => [
    `${plural(done.read, 'row')} read: ${count(done.created)} new, ${count(done.updated)} updated, ${count(done.rejected)} refused`,
    ...rejects.map(
      ({ line, column, reason }) =>
        `  line ${line}${column === null ? '' : `, ${clean(column)}`}: ${clean(reason)}`,
    ),
    ...(done.rejected > rejects.length && !session.json
      ? [`  … all of them: GET ${session.api.url}/v1/contact-imports/${done.id}/rejects`]
      : []),
  ]);
  if (done.state === 'failed')
    throw new Failure(
      3,
      `the import failed before the end of the file: ${done.failure ?? 'its log says why'}; import it again`,
    );
}

async function listContacts(options: ListOptions, surroundings: Surroundings): Promise<void> {
  const session = openSession(options, surroundings);
  const { search, limit, cursor } = options;
  const list = await session.api.get<List<Contact>>('/v1/contacts', { q: search, limit, cursor });
  session.answer(list, () => [
    ...(list.items.length === 0
      ? [
          search === undefined
            ? 'There are no contacts yet. Import some: sluice contacts import FILE.csv'
            : 'Nobody fits.',
        ]
      : contactTable(list.items, tableWidth(surroundings))),
    ...(list.next === null ? [] : [`more: --cursor ${list.next}`]),
  ]);
}

function contactTable(contacts: readonly Contact[], width: number): string[] {
  return table(
    contacts,
    [
      { title: 'ADDRESS', of: ({ email }) => clean(email) },
      {
        title: 'NAME',
        of: ({ firstName, lastName }) => clean([firstName, lastName].filter(Boolean).join(' ')),
        gives: true,
      },
      { title: 'LANGUAGE', of: ({ language }) => clean(language ?? '') },
      { title: 'CUSTOMER', of: ({ customer }) => clean(customer ?? '') },
    ],
    width,
  );
}

function refuseNoFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw usage(`${path}: there is no such file`);
  if (!found.isFile()) throw usage(`${path} is no file`);
}
