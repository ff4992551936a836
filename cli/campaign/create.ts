import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Campaign } from '../answers.ts';
import { audienceOf, withAudienceOptions, type AudienceOptions } from '../audience.ts';
import { apiCommand, openSession, type CommonOptions } from '../command.ts';
import { contentOf, objectAt, withContentOptions, type ContentOptions } from '../content-options.ts';
import { defined } from '../defined.ts';
import { usage } from '../failure.ts';
import { readText } from '../read-text.ts';
import type { Surroundings } from '../surroundings.ts';
import { clean } from '../terminal-text.ts';
import { consentWarning } from './consent-text.ts';
import { documentFields, withDocumentOptions, type DocumentOptions } from './document-options.ts';
import { sayWholePace } from './pace-text.ts';
import { planFields, withPlanOptions, type PlanOptions } from './plan-options.ts';
import { loadNames, settingLines } from './setting-lines.ts';
import { sourceFields, withSourceOptions, type SourceOptions } from './source-options.ts';

interface CreateOptions
  extends CommonOptions, PlanOptions, ContentOptions, SourceOptions, DocumentOptions, AudienceOptions {
  readonly file?: string;
  readonly name?: string;
  readonly startAt?: string;
  readonly timeZone?: string;
  readonly stream?: string;
  readonly toEverybody?: string;
  readonly onceWithin?: string;
  readonly doNotLog?: boolean;
}

export function addCreateCommand(campaign: Command, surroundings: Surroundings): void {
  const command = withContentOptions(
    apiCommand(
      campaign,
      'create',
      'make a draft, from a JSON file, from options, or from both (options win)',
    ),
  )
    .option('--file <campaign.json>', 'the campaign as the API takes it (POST /v1/campaigns)')
    .option('--name <name>', 'how the campaign is called')
    .option(
      '--start-at <instant>',
      'when it starts, such as 2026-12-01T08:00:00+01:00 (else when it is started)',
    )
    .option(
      '--to-everybody <reason>',
      'write also to those who have not ordered the newsletter; the reason is kept in the history',
    )
    .option('--stream <name>', 'the kind of mail, such as marketing: what frequency caps count')
    .option('--once-within <duration>', 'nobody who got the same template version so recently, such as 30d')
    .option(
      '--do-not-log',
      'leave no "serial mail" on contacts, customers and records; that is kept once on the campaign',
    )
    .option('--time-zone <zone>', 'the zone the campaign lives in, such as Europe/Berlin');
  withDocumentOptions(withPlanOptions(withSourceOptions(withAudienceOptions(command)))).action(
    async (options: CreateOptions) => {
      const session = openSession(options, surroundings);
      const { folder } = surroundings;
      const file = options.file === undefined ? {} : readObject(resolve(folder, options.file));
      const draft = { ...draftOf(options, folder, file), ...(await sourceFields(options, file, session)) };
      const plan = await planFields(options, file, session);
      refuseWithout({ ...draft, ...plan });
      const audience = await audienceOf(session, options);
      const body = {
        ...draft,
        ...plan,
        ...defined({ audience }),
        ...(await documentFields(options, session)),
      };
      const made = await session.api.send<Campaign>('POST', '/v1/campaigns', { body });
      const id = made.id.slice(0, 8);
      const now = surroundings.now();
      const settings = session.json ? [] : settingLines(made, await loadNames(session.api, made), now);
      session.answer(made, () => [
        `Draft ${made.id}: ${clean(made.name)}, ${sayWholePace(made.pace, made.timeZone, now)}`,
        ...settings.map((line) => `  ${line}`),
        ...warningOf(made),
        `look at it:  sluice campaign preview ${id}`,
        `foresee it:  sluice campaign forecast ${id}`,
        `start it:    sluice campaign start ${id}`,
      ]);
    },
  );
}

function warningOf(made: Campaign): string[] {
  const warning = consentWarning(made);
  return warning === null ? [] : [`! ${warning}`];
}

/** The file's fields, replaced by what the options say of the mail and of when it starts. */
function draftOf(
  options: CreateOptions,
  folder: string,
  file: Record<string, unknown>,
): Record<string, unknown> {
  const given = {
    name: options.name,
    content: contentOf(options, folder, objectAt(file, 'content')),
    startAt: options.startAt,
    timeZone: options.timeZone,
    logActivity: options.doNotLog === true ? false : undefined,
    stream: options.stream,
    onceWithin: options.onceWithin,
    consent:
      options.toEverybody === undefined ? undefined : { newsletter: false, reason: options.toEverybody },
  };
  return { audience: { all: true }, ...file, ...defined(given) };
}

function refuseWithout(draft: Record<string, unknown>): void {
  const missing = ['name', 'identity', 'content', 'pace'].filter((field) => draft[field] === undefined);
  if (missing.length > 0)
    throw usage(
      `a campaign needs ${missing.map((field) => optionFor.get(field) ?? field).join(', ')} (or --file campaign.json)`,
    );
}

const optionFor = new Map([
  ['name', '--name'],
  ['identity', '--from or --identity'],
  ['content', '--template, or --subject with --mjml, --html or --text'],
  ['pace', '--pace'],
]);

function readObject(path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readText(path));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw usage(`${path} is no JSON: ${error.message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw usage(`${path} must hold one JSON object, the campaign`);
  return { ...value };
}
