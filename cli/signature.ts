import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Signature } from './answers.ts';
import type { Api } from './api.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions } from './command.ts';
import { defined } from './defined.ts';
import { usage } from './failure.ts';
import { findNamed } from './find-named.ts';
import { allItems } from './pages.ts';
import { readText } from './read-text.ts';
import type { Surroundings } from './surroundings.ts';
import { table } from './table.ts';
import { clean } from './terminal-text.ts';

interface SignatureOptions extends CommonOptions {
  readonly name?: string;
  readonly html?: string;
  readonly text?: string;
}

/** `sluice signature …`: closing blocks for many campaigns. */
export function addSignatureCommands(program: Command, surroundings: Surroundings): void {
  const signature = program.command('signature').description('closing blocks for many campaigns');
  withFields(apiCommand(signature, 'create <name>', 'make a signature')).action(
    async (name: string, options: SignatureOptions) => {
      const session = openSession(options, surroundings);
      if (options.html === undefined) throw usage('say what it says: --html signature.html');
      const body = { name, ...fieldsOf(options, surroundings.folder) };
      const made = await session.api.send<Signature>('POST', '/v1/signatures', { body });
      session.answer(made, () => [made.id, ...lines(made)]);
    },
  );
  withFields(apiCommand(signature, 'change <signature>', 'change a signature, by its name or id'))
    .option('--name <name>', 'how it is called from now on')
    .action(async (typed: string, options: SignatureOptions) => {
      const session = openSession(options, surroundings);
      const { id } = await findSignature(session.api, typed);
      const body = { ...defined({ name: options.name }), ...fieldsOf(options, surroundings.folder) };
      const changed = await session.api.send<Signature>('PATCH', `/v1/signatures/${id}`, { body });
      session.answer(changed, () => lines(changed));
    });
  apiCommand(signature, 'list', 'list signatures').action(async (options: CommonOptions) => {
    const session = openSession(options, surroundings);
    const signatures = await allItems<Signature>(session.api, '/v1/signatures');
    session.answer({ items: signatures, next: null }, () =>
      table(
        signatures,
        [
          { title: 'ID', of: ({ id }) => id },
          { title: 'NAME', of: ({ name }) => clean(name) },
          { title: 'TEXT', of: ({ text }) => clean(text.replaceAll(/\s*\n\s*/g, ' / ')), gives: true },
        ],
        tableWidth(surroundings),
      ),
    );
  });
  apiCommand(signature, 'show <signature>', 'the text of one signature').action(
    async (typed: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const found = await findSignature(session.api, typed);
      session.answer(found, () => lines(found));
    },
  );
  apiCommand(
    signature,
    'remove <signature>',
    'started campaigns keep their copy, drafts with it cannot start',
  ).action(async (typed: string, options: CommonOptions) => {
    const session = openSession(options, surroundings);
    const { id, name } = await findSignature(session.api, typed);
    const removed = await session.api.send<unknown>('DELETE', `/v1/signatures/${id}`);
    session.answer(removed, () => [`${clean(name)} is removed.`]);
  });
}

function withFields(command: Command): Command {
  return command
    .option('--html <path>', 'a piece of HTML with merge fields')
    .option('--text <path>', 'the same for the plain text part (else made of the HTML)');
}

function fieldsOf({ html, text }: SignatureOptions, folder: string): Record<string, unknown> {
  const read = (path: string | undefined) =>
    path === undefined ? undefined : readText(resolve(folder, path));
  return defined({ html: read(html), text: read(text) });
}

/** The signature of that id or name. */
export async function findSignature(api: Api, typed: string): Promise<Signature> {
  return findNamed<Signature>(
    api,
    { what: 'signature', path: '/v1/signatures', nameOf: ({ name }) => name },
    typed,
  );
}

function lines({ name, text }: Signature): string[] {
  return [`${clean(name)}:`, ...text.split(/\r?\n/).map((line) => `  ${clean(line)}`)];
}
