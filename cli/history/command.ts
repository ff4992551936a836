import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Option, type Command } from 'commander';
import { deliveryStates } from '../../domain/delivery-state.ts';
import type { Activity, List, SentMail } from '../answers.ts';
import type { Query } from '../api.ts';
import { findCampaignId } from '../campaign/find-campaign.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions, type Session } from '../command.ts';
import { usage } from '../failure.ts';
import { openAnswer } from '../open-answer.ts';
import { recordPath } from '../people/record-line.ts';
import type { Surroundings } from '../surroundings.ts';
import { pathOfContact, pathOfCustomer, pathOfDocument } from './find-owner.ts';
import { activityTable, mailTable } from './mail-table.ts';

interface HistoryOptions extends CommonOptions {
  readonly from?: string;
  readonly to?: string;
  readonly state?: string;
  readonly stream?: string;
  readonly campaign?: string;
  readonly limit?: string;
  readonly cursor?: string;
  readonly csv?: string;
  readonly activities?: boolean;
  readonly allVersions?: boolean;
}

/** `sluice history …`: which mails and documents went to whom. */
export function addHistoryCommands(program: Command, surroundings: Surroundings): void {
  const history = program.command('history').description('which mails and documents went to whom');
  const show = showIn(surroundings);
  withActivities(mailCommand(history, 'contact <address>', 'the mails of one person')).action(
    async (typed: string, options: HistoryOptions) =>
      show(options, ({ api }) => pathOfContact(api, typed), 'mails'),
  );
  withActivities(
    mailCommand(history, 'customer <customer>', 'the mails of all people of a customer, by its name or id'),
  ).action(async (typed: string, options: HistoryOptions) =>
    show(options, ({ api }) => pathOfCustomer(api, typed), 'mails'),
  );
  withActivities(
    mailCommand(history, 'record <kind> <external-id>', 'the mails about a linked record'),
  ).action(async (kind: string, externalId: string, options: HistoryOptions) =>
    show(options, async () => Promise.resolve(recordPath(kind, externalId)), 'mails'),
  );
  mailCommand(history, 'document <document>', 'who got a document, by its title or id')
    .option('--all-versions', 'in any version, not only this one')
    .action(async (typed: string, options: HistoryOptions) =>
      show(options, ({ api }) => pathOfDocument(api, typed), 'recipients'),
    );
}

function mailCommand(history: Command, spec: string, description: string): Command {
  return apiCommand(history, spec, description)
    .option('--from <instant>', 'not before, such as 2026-12-01T00:00:00Z')
    .option('--to <instant>', 'before')
    .addOption(new Option('--state <state>', 'only mails in this state').choices(deliveryStates))
    .option('--stream <stream>', 'only mails of this kind')
    .option('--campaign <id>', 'only mails of this campaign')
    .option('--csv <path>', 'write all of them into this file')
    .option('--limit <n>', 'how many (1–500, default 50)')
    .option('--cursor <cursor>', 'go on where the last list ended');
}

function withActivities(command: Command): Command {
  return command.option('--activities', 'what was written there when mails were sent');
}

type FindPath = (session: Session) => Promise<string>;

function showIn(surroundings: Surroundings) {
  return async (options: HistoryOptions, find: FindPath, list: 'mails' | 'recipients'): Promise<void> => {
    const session = openSession(options, surroundings);
    const { from, to, state, stream, campaign, limit, cursor, csv } = options;
    const filter: Query = {
      from,
      to,
      state,
      stream,
      campaign: campaign === undefined ? undefined : await findCampaignId(session.api, campaign),
      title: options.allVersions === true ? 'true' : undefined,
    };
    const paging = { limit, cursor };
    refuseUseless(options, filter);
    const path = await find(session);
    if (csv !== undefined)
      return writeFile(session, `${path}/${list}.csv`, filter, resolve(surroundings.folder, csv));
    const now = surroundings.now();
    const width = tableWidth(surroundings);
    if (options.activities === true) {
      const page = await session.api.get<List<Activity>>(`${path}/activities`, paging);
      return showPage(session, page, activityTable(page.items, now, width));
    }
    const page = await session.api.get<List<SentMail>>(`${path}/${list}`, { ...filter, ...paging });
    showPage(session, page, mailTable(page.items, now, width));
  };
}

/** What would have no effect is refused. */
function refuseUseless({ activities, csv, limit, cursor }: HistoryOptions, filter: Query): void {
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  if (activities === true && (csv !== undefined || isFiltered))
    throw usage('--activities takes only --limit and --cursor');
  if (csv !== undefined && (limit !== undefined || cursor !== undefined))
    throw usage('--csv writes all of them; --limit and --cursor are for lists');
}

function showPage(session: Session, page: List<unknown>, lines: readonly string[]): void {
  session.answer(page, () => [
    ...(page.items.length === 0 ? ['Nothing.'] : lines),
    ...(page.next === null ? [] : [`more: --cursor ${page.next}`]),
  ]);
}

/** Streamed: memory does not grow with the file. */
async function writeFile(session: Session, path: string, filter: Query, target: string): Promise<void> {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) given.set(name, String(value));
  const { body } = await openAnswer(session.api, `${path}?${given.toString()}`);
  await pipeline(Readable.fromWeb(body), createWriteStream(target));
  session.answer({ file: target }, () => [`written: ${target}`]);
}
