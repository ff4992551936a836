import type { Command } from 'commander';
import type { Session } from '../command.ts';
import { objectAt, type ContentOptions } from '../content-options.ts';
import { defined } from '../defined.ts';
import { usage } from '../failure.ts';
import { findIdentity } from '../identity.ts';
import { findSignature } from '../signature.ts';
import { findTemplate } from '../template.ts';
import { readSender } from './sender.ts';

export interface SourceOptions {
  readonly template?: string;
  readonly identity?: string;
  readonly signature?: string;
  readonly from?: string;
  readonly replyTo?: string;
}

/** What a campaign takes from what is kept: template, identity and signature, by name; or who it is from, in words. */
export function withSourceOptions(command: Command): Command {
  return command
    .option('--from <sender>', 'who it is from, such as "IT department <it@example.com>"')
    .option('--reply-to <address>', 'where answers go')
    .option('--identity <label>', 'who it is from: an identity, by its label')
    .option('--template <name[@version]>', 'the content of a template; its newest version, or that one')
    .option('--signature <name>', 'the signature below the mail');
}

/** The fields of the body; what neither options nor file say is left out. */
export async function sourceFields(
  options: SourceOptions & ContentOptions,
  file: Readonly<Record<string, unknown>>,
  { api }: Pick<Session, 'api'>,
): Promise<Record<string, unknown>> {
  refuseBoth(options);
  const { template, identity, signature } = options;
  return defined({
    ...(template === undefined ? {} : { content: await contentOfTemplate(api, template) }),
    identity:
      identity === undefined
        ? inWords(options, objectAt(file, 'identity'))
        : { id: (await findIdentity(api, identity)).id },
    signature: signature === undefined ? undefined : (await findSignature(api, signature)).id,
  });
}

function refuseBoth({
  template,
  identity,
  from,
  replyTo,
  subject,
  mjml,
  html,
  text,
  wrap,
}: SourceOptions & ContentOptions): void {
  const own = [subject, mjml, html, text, wrap].some((option) => option !== undefined);
  if (template !== undefined && own)
    throw usage('say what the mail says by --template or by --subject and its files, not by both');
  if (identity !== undefined && (from !== undefined || replyTo !== undefined))
    throw usage('say who it is from by --identity or by --from and --reply-to, not by both');
}

/** `Newsletter@3`; a name may hold an @ of its own. */
async function contentOfTemplate(api: Session['api'], typed: string): Promise<object> {
  const [, name = typed, version] = /^(.*)@(\d{1,6})$/.exec(typed) ?? [];
  const { id } = await findTemplate(api, name);
  return { template: id, ...(version === undefined ? {} : { version: Number(version) }) };
}

function inWords({ from, replyTo }: SourceOptions, file: object | undefined): object | undefined {
  if (from === undefined && replyTo === undefined) return file;
  return { ...file, ...(from === undefined ? {} : readSender(from)), ...defined({ replyTo }) };
}
