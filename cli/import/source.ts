import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ImportSource } from '../answers.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions } from '../command.ts';
import { usage } from '../failure.ts';
import { count, plural } from '../numbers.ts';
import { allItems } from '../pages.ts';
import { readText } from '../read-text.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../table.ts';
import { clean } from '../terminal-text.ts';

/** `sluice import source …`: what the columns of files mean, kept by name. */
export function addSourceCommands(group: Command, surroundings: Surroundings): void {
  const source = group.command('source').description('what the columns of the files of one origin mean');
  apiCommand(source, 'list', 'list sources').action(async (options: CommonOptions) =>
    listSources(options, surroundings),
  );
  apiCommand(source, 'show <name>', 'show what the columns mean; with --json as "save" takes it').action(
    async (name: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const found = await session.api.get<ImportSource>(pathOf(name));
      session.answer(found, () => describe(found, tableWidth(surroundings)));
    },
  );
  apiCommand(source, 'save <name> <file.json>', 'keep a source, in place of one of that name').action(
    async (name: string, file: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const body = readSource(resolve(surroundings.folder, file));
      const saved = await session.api.send<ImportSource>('PUT', pathOf(name), { body });
      session.answer(saved, () => [
        `Kept: ${plural(saved.mapping.columns.length, 'column')} of ${clean(saved.name)}`,
      ]);
    },
  );
  apiCommand(source, 'remove <name>', 'forget a source; what was imported with it stays').action(
    async (name: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const gone = await session.api.send<ImportSource>('DELETE', pathOf(name));
      session.answer(gone, () => [`Forgotten: ${clean(gone.name)}`]);
    },
  );
}

async function listSources(options: CommonOptions, surroundings: Surroundings): Promise<void> {
  const session = openSession(options, surroundings);
  const sources = await allItems<ImportSource>(session.api, '/v1/import-sources');
  session.answer({ items: sources, next: null }, () =>
    sources.length === 0
      ? ['There are no sources yet. Make one from a file: sluice import preview FILE --save NAME']
      : table(
          sources,
          [
            { title: 'NAME', of: ({ name }) => clean(name), gives: true },
            { title: 'OF', of: sayKind },
            { title: 'COLUMNS', of: ({ mapping }) => count(mapping.columns.length), align: 'right' },
            { title: 'CHANGED', of: ({ updatedAt }) => updatedAt },
          ],
          tableWidth(surroundings),
        ),
  );
}

function describe(source: ImportSource, width: number): string[] {
  const { name, mapping } = source;
  const others = {
    refuse: 'refuse the file',
    ignore: 'are passed over',
    attributes: 'become attributes of the contact',
  };
  return [
    `${clean(name)}: ${sayKind(source)}`,
    ...table(
      mapping.columns,
      [
        { title: 'COLUMN', of: ({ column }) => clean(column), gives: true },
        { title: 'MEANS', of: ({ to }) => clean(to) },
        {
          title: 'TYPE',
          of: ({ type, choices }) => (choices === undefined ? (type ?? '') : choices.map(clean).join(' | ')),
        },
      ],
      width,
    ),
    `Columns that are not named ${others[mapping.others]}.`,
  ];
}

function sayKind({ kind, recordKind }: ImportSource): string {
  return recordKind === null ? kind : `${kind} (${clean(recordKind)})`;
}

/** What "show --json" prints can be saved again: what the API itself adds is left out. */
function readSource(path: string): object {
  const text = readText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw usage(`${path} is no JSON; "sluice import source show NAME --json" prints one to begin with`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw usage(`${path} is no JSON object with a mapping`);
  const {
    id: _id,
    name: _name,
    createdBy: _by,
    createdAt: _at,
    updatedAt: _until,
    ...rest
  }: Record<string, unknown> = { ...value };
  return Object.fromEntries(
    Object.entries(rest).filter(([key, each]) => key !== 'recordKind' || each !== null),
  );
}

function pathOf(name: string): string {
  return `/v1/import-sources/${encodeURIComponent(name)}`;
}
