import type { Command } from 'commander';
import type { Contact, List } from './answers.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions } from './command.ts';
import { importFile, type ImportOptions } from './import/import-file.ts';
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
  apiCommand(contacts, 'import <file>', 'import a CSV file or workbook; a row of somebody known updates')
    .option(
      '--source <name>',
      'what the columns mean (sluice import source list); also customers and records',
    )
    .option('--sheet <name>', 'sheet of a workbook (else the first one)')
    .action(async (file: string, options: ImportOptions) => importFile(file, options, surroundings));
  apiCommand(contacts, 'list', 'list contacts')
    .option('--search <text>', 'only those whose address, first or last name begins with these words')
    .option('--limit <n>', 'how many (1–500, default 50)')
    .option('--cursor <cursor>', 'go on where the last list ended')
    .action(async (options: ListOptions) => listContacts(options, surroundings));
  addPersonCommands(contacts, surroundings);
  addExportCommand(contacts, surroundings);
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
