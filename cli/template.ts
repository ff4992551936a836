import type { Command } from 'commander';
import type { Template, TemplateVersion } from './answers.ts';
import type { Api } from './api.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions } from './command.ts';
import { contentOf, withContentOptions, type ContentOptions } from './content-options.ts';
import { defined } from './defined.ts';
import { usage } from './failure.ts';
import { findNamed } from './find-named.ts';
import { allItems } from './pages.ts';
import type { Surroundings } from './surroundings.ts';
import { table } from './table.ts';
import { clean } from './terminal-text.ts';

interface ChangeOptions extends CommonOptions, ContentOptions {
  readonly name?: string;
}

/** `sluice template …`: contents that campaigns are made with. */
export function addTemplateCommands(program: Command, surroundings: Surroundings): void {
  const template = program.command('template').description('contents that campaigns are made with');
  const { folder } = surroundings;
  withContentOptions(
    apiCommand(template, 'create <name>', 'make a template: a draft without a version yet'),
  ).action(async (name: string, options: CommonOptions & ContentOptions) => {
    const session = openSession(options, surroundings);
    const content = contentOf(options, folder, undefined);
    if (content === undefined) throw usage('say what it says: --subject with --mjml, --html or --text');
    const made = await session.api.send<Template>('POST', '/v1/templates', { body: { name, content } });
    session.answer(made, () => [made.id, say(made)]);
  });
  withContentOptions(apiCommand(template, 'change <template>', 'change the draft; versions stay as they are'))
    .option('--name <name>', 'how it is called from now on')
    .action(async (typed: string, options: ChangeOptions) => {
      const session = openSession(options, surroundings);
      const { id, version, content: draft } = await findTemplate(session.api, typed);
      const given = contentOf(options, folder, undefined);
      const content = given === undefined ? undefined : contentOf(options, folder, draft);
      const body = defined({ name: options.name, content });
      const headers = { 'if-match': `"${version}"` };
      const changed = await session.api.send<Template>('PATCH', `/v1/templates/${id}`, { body, headers });
      session.answer(changed, () => [say(changed)]);
    });
  addVersionCommands(template, surroundings);
  addShowCommand(template, surroundings);
  addListCommands(template, surroundings);
}

function addVersionCommands(template: Command, surroundings: Surroundings): void {
  apiCommand(template, 'freeze <template>', 'freeze the draft as the next version').action(
    async (typed: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const { id, name } = await findTemplate(session.api, typed);
      const frozen = await session.api.send<TemplateVersion>('POST', `/v1/templates/${id}/versions`);
      session.answer(frozen, () => [`${clean(name)}@${frozen.number}`]);
    },
  );
  apiCommand(template, 'versions <template>', 'list the versions of a template').action(
    async (typed: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const { id } = await findTemplate(session.api, typed);
      const versions = await allItems<TemplateVersion>(session.api, `/v1/templates/${id}/versions`);
      session.answer({ items: versions, next: null }, () =>
        table(
          versions,
          [
            { title: 'VERSION', of: ({ number }) => String(number), align: 'right' },
            { title: 'SUBJECT', of: ({ content }) => clean(content.subject), gives: true },
            { title: 'SINCE', of: ({ createdAt }) => createdAt },
            { title: 'BY', of: ({ createdBy }) => clean(createdBy) },
          ],
          tableWidth(surroundings),
        ),
      );
    },
  );
}

function addShowCommand(template: Command, surroundings: Surroundings): void {
  apiCommand(
    template,
    'show <template>',
    'the draft of a template, or one of its versions, as it was written',
  )
    .option('--number <n>', 'that version')
    .action(async (typed: string, options: CommonOptions & { readonly number?: string }) => {
      const session = openSession(options, surroundings);
      const found = await findTemplate(session.api, typed);
      const path = `/v1/templates/${found.id}/versions/${encodeURIComponent(options.number ?? '')}`;
      const shown = options.number === undefined ? found : await session.api.get<TemplateVersion>(path);
      const { subject, mjml, html, text } = shown.content;
      session.answer(shown, () => [
        ...(options.number === undefined ? [say(found)] : []),
        `Subject: ${clean(subject)}`,
        ...[mjml, html, text].flatMap((source) =>
          source === undefined ? [] : ['', ...source.split(/\r?\n/).map(clean)],
        ),
      ]);
    });
}

function addListCommands(template: Command, surroundings: Surroundings): void {
  apiCommand(
    template,
    'archive <template>',
    'no campaign is made with it any more; what was sent stays known',
  ).action(async (typed: string, options: CommonOptions) => {
    const session = openSession(options, surroundings);
    const { id } = await findTemplate(session.api, typed);
    const archived = await session.api.send<Template>('DELETE', `/v1/templates/${id}`);
    session.answer(archived, () => [`${clean(archived.name)} is archived.`]);
  });
  apiCommand(
    template,
    'restore <id>',
    'bring an archived template back; list --archived shows the ids',
  ).action(async (id: string, options: CommonOptions) => {
    const session = openSession(options, surroundings);
    const path = `/v1/templates/${encodeURIComponent(id)}`;
    const back = await session.api.send<Template>('PATCH', path, { body: { archived: false } });
    session.answer(back, () => [say(back)]);
  });
  apiCommand(template, 'list', 'list templates with their newest version')
    .option('--archived', 'the archived ones instead')
    .action(async (options: CommonOptions & { readonly archived?: boolean }) => {
      const session = openSession(options, surroundings);
      const query = { archived: options.archived === true ? 'true' : undefined };
      const templates = await allItems<Template>(session.api, '/v1/templates', query);
      session.answer({ items: templates, next: null }, () =>
        table(
          templates,
          [
            { title: 'ID', of: ({ id }) => id },
            { title: 'NAME', of: ({ name }) => clean(name), gives: true },
            {
              title: 'NEWEST',
              of: ({ newest }) => (newest === null ? '—' : String(newest.number)),
              align: 'right',
            },
            { title: 'DRAFT', of: draftOf },
          ],
          tableWidth(surroundings),
        ),
      );
    });
}

/** The template of that id or name. */
export async function findTemplate(api: Api, typed: string): Promise<Template> {
  return findNamed<Template>(
    api,
    { what: 'template', path: '/v1/templates', nameOf: ({ name }) => name },
    typed,
  );
}

function say(template: Template): string {
  const { newest, name } = template;
  const versions = newest === null ? 'no version yet' : `newest version ${newest.number}`;
  return `${clean(name)}: ${versions}, draft ${draftOf(template)}`;
}

function draftOf({ newest }: Template): string {
  return newest?.isDraft === true ? 'the same' : 'not frozen';
}
