import type { Command } from 'commander';
import type { LinkedRecord, List, RecordLink } from '../answers.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions } from '../command.ts';
import { usage } from '../failure.ts';
import { allItems } from '../pages.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../table.ts';
import { clean } from '../terminal-text.ts';
import { attributesOf, withAttributes } from './attribute-option.ts';
import { attributeLines, detailLines } from './detail-lines.ts';
import { recordPath } from './record-line.ts';
import { addLinkCommands } from './record-link.ts';

interface PutOptions extends CommonOptions {
  readonly title?: string;
  readonly link?: string;
  readonly attribute?: string[];
}

interface ListOptions extends CommonOptions {
  readonly kind?: string;
  readonly search?: string;
  readonly limit?: string;
  readonly cursor?: string;
}

/** `sluice record …`: things of other systems that people, customers and campaigns have to do with. */
export function addRecordCommands(program: Command, surroundings: Surroundings): void {
  const record = program.command('record').description('linked records: a property, an order, a ticket');
  withAttributes(apiCommand(record, 'put <kind> <id>', 'make a record, or make it anew as a whole'))
    .option('--title <text>', 'what people call it')
    .option('--link <url>', 'a page about it')
    .action(async (kind: string, id: string, options: PutOptions) => {
      const session = openSession(options, surroundings);
      const { title, link, attribute } = options;
      if (title === undefined) throw usage('say what it is called: --title "Order 4711"');
      const attributes = attributesOf(attribute);
      const body = {
        title,
        ...(link === undefined ? {} : { link }),
        ...(attributes === undefined ? {} : { attributes }),
      };
      const put = await session.api.send<LinkedRecord>('PUT', recordPath(kind, id), { body });
      session.answer(put, () => recordLines(put));
    });
  apiCommand(record, 'show <kind> <id>', 'one record and what it is linked with').action(
    async (kind: string, id: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const path = recordPath(kind, id);
      const found = await session.api.get<LinkedRecord>(path);
      const links = session.json ? [] : await allItems<RecordLink>(session.api, `${path}/links`);
      session.answer(found, () => [
        ...recordLines(found),
        ...links.map((link) => `linked with ${link.to.slice(0, -1)} ${link.id} by ${clean(link.linkedBy)}`),
      ]);
    },
  );
  apiCommand(record, 'list', 'list records')
    .option('--kind <kind>', 'only those of this kind')
    .option('--search <text>', 'only those whose title or id begins with it')
    .option('--limit <n>', 'how many (1–500, default 50)')
    .option('--cursor <cursor>', 'go on where the last list ended')
    .action(async (options: ListOptions) => listRecords(options, surroundings));
  apiCommand(record, 'remove <kind> <id>', 'remove a record and its links').action(
    async (kind: string, id: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      session.answer(await session.api.send('DELETE', recordPath(kind, id)), () => ['Removed.']);
    },
  );
  addLinkCommands(record, surroundings);
}

async function listRecords(options: ListOptions, surroundings: Surroundings): Promise<void> {
  const session = openSession(options, surroundings);
  const { kind, search, limit, cursor } = options;
  const list = await session.api.get<List<LinkedRecord>>('/v1/records', { kind, q: search, limit, cursor });
  session.answer(list, () => [
    ...table(
      list.items,
      [
        { title: 'KIND', of: ({ kind }) => clean(kind) },
        { title: 'EXTERNAL ID', of: ({ externalId }) => clean(externalId) },
        { title: 'TITLE', of: ({ title }) => clean(title), gives: true },
        { title: 'ID', of: ({ id }) => id },
      ],
      tableWidth(surroundings),
    ),
    ...(list.next === null ? [] : [`more: --cursor ${list.next}`]),
  ]);
}

function recordLines({ id, kind, externalId, title, link, attributes }: LinkedRecord): string[] {
  return [
    ...detailLines({ kind, 'external id': externalId, title, link, id }),
    ...attributeLines(attributes),
  ];
}
