import { Option, type Command } from 'commander';
import type { AudienceCheck, Contact, List } from './answers.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions, type Session } from './command.ts';
import { usage } from './failure.ts';
import { findWorkList } from './find-work-list.ts';
import { count } from './numbers.ts';
import type { Surroundings } from './surroundings.ts';
import { table } from './table.ts';
import { clean, pad } from './terminal-text.ts';

export interface AudienceOptions {
  readonly filter?: string;
  readonly workList?: string;
}

interface CheckOptions extends CommonOptions, AudienceOptions {
  readonly stream?: string;
  readonly document?: string[];
  readonly everybody?: string;
}

interface PeopleOptions extends CheckOptions {
  readonly why: string;
  readonly limit?: string;
  readonly cursor?: string;
}

/** `sluice audience …`: whom a filter or a work list means, before and after checking. */
export function addAudienceCommands(program: Command, surroundings: Surroundings): void {
  const audience = program
    .command('audience')
    .description('whom a filter or a work list means, before and after checking');
  withCheckOptions(apiCommand(audience, 'count', 'count them, and those who are kept back')).action(
    async (options: CheckOptions) => {
      const session = openSession(options, surroundings);
      const body = await checkBody(session, options);
      const found = await session.api.send<AudienceCheck>('POST', '/v1/audience-checks', { body });
      session.answer(found, () => checkLines(found));
    },
  );
  withCheckOptions(apiCommand(audience, 'people', 'list them, or those who are kept back'))
    .addOption(
      new Option('--why <reason>', 'who would get it, or is kept back because of this')
        .choices(['remaining', 'noAddress', 'noConsent', 'suppressed', 'alreadySent'])
        .default('remaining'),
    )
    .option('--limit <n>', 'how many (1–500, default 50)')
    .option('--cursor <cursor>', 'go on where the last list ended')
    .action(async (options: PeopleOptions) => {
      const session = openSession(options, surroundings);
      const { why, limit, cursor } = options;
      const body = {
        ...(await checkBody(session, options)),
        why,
        ...(limit === undefined ? {} : { limit: Number(limit) }),
        ...(cursor === undefined ? {} : { cursor }),
      };
      const found = await session.api.send<List<Contact>>('POST', '/v1/audience-checks/people', { body });
      session.answer(found, () => peopleLines(found, surroundings));
    });
}

/** `--filter` and `--work-list`, of which at most one may be given. */
export function withAudienceOptions(command: Command): Command {
  return command
    .option('--filter <text>', "whom, such as 'customer.category = A and newsletter = yes' (else everybody)")
    .option('--work-list <list>', 'whom: the people of this work list, by its id or name');
}

/** The audience that the options state, or undefined. */
export async function audienceOf(
  session: Session,
  { filter, workList }: AudienceOptions,
): Promise<object | undefined> {
  if (filter !== undefined && workList !== undefined)
    throw usage(
      'an audience is a filter or a work list, not both; a filter may say: in work list "NAME" and …',
    );
  if (filter !== undefined) return { filter };
  return workList === undefined ? undefined : { workList: (await findWorkList(session.api, workList)).id };
}

function withCheckOptions(command: Command): Command {
  return withAudienceOptions(command)
    .option('--stream <stream>', 'the kind of mail, such as marketing: suppressions are for one or all')
    .option('--document <ids...>', 'documents to be sent: who got all of them is kept back')
    .option('--everybody <reason>', 'also those who have not ordered the newsletter, and why');
}

async function checkBody(session: Session, options: CheckOptions): Promise<Record<string, unknown>> {
  const { stream, document, everybody } = options;
  return {
    audience: (await audienceOf(session, options)) ?? { all: true },
    ...(stream === undefined ? {} : { stream }),
    ...(document === undefined ? {} : { documents: document }),
    ...(everybody === undefined ? {} : { consent: { newsletter: false, reason: everybody } }),
  };
}

function checkLines(check: AudienceCheck): string[] {
  const { keptBack } = check;
  const rows: readonly (readonly [string, number, number, string])[] = [
    ['matched', check.matched, 0, ''],
    ['with a usable address', check.withUsableAddress, keptBack.noAddress, 'noAddress'],
    ['consenting', check.consenting, keptBack.noConsent, 'noConsent'],
    ['not suppressed', check.notSuppressed, keptBack.suppressed, 'suppressed'],
    ['not already sent', check.notAlreadySent, keptBack.alreadySent, 'alreadySent'],
  ];
  const width = count(check.matched).length;
  return [
    clean(check.audience),
    ...rows.map(
      ([label, left, gone, why]) =>
        `  ${pad(label, 22)} ${count(left).padStart(width)}${gone === 0 ? '' : `  (${count(gone)} kept back: --why ${why})`}`,
    ),
  ];
}

function peopleLines({ items, next }: List<Contact>, surroundings: Surroundings): string[] {
  const lines = table(
    items,
    [
      { title: 'ADDRESS', of: ({ email }) => clean(email) },
      {
        title: 'NAME',
        of: ({ firstName, lastName }) => clean(`${firstName ?? ''} ${lastName ?? ''}`.trim()),
        gives: true,
      },
      { title: 'CUSTOMER', of: ({ customer }) => clean(customer ?? ''), gives: true },
    ],
    tableWidth(surroundings),
  );
  return next === null ? lines : [...lines, `more: --cursor ${next}`];
}
