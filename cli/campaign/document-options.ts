import type { Command } from 'commander';
import type { Session } from '../command.ts';
import { usage } from '../failure.ts';
import { findDocument } from '../find-document.ts';

export interface DocumentOptions {
  readonly document?: string[];
  readonly asLink?: boolean;
  readonly expires?: string;
}

/** What goes out with the mail, for every command that makes a draft. */
export function withDocumentOptions(command: Command): Command {
  return command
    .option(
      '--document <title>',
      'a document, such as "Price list" or "Price list.pdf@2"; may be repeated; an HTML page that comes first is the mail itself',
      gather,
    )
    .option('--as-link', 'send the documents as links to download')
    .option('--expires <duration>', 'how long these links work, such as 14d (else 30d)');
}

/** The field `documents` of the request; none of the options: nothing. */
export async function documentFields(
  { document: typed, asLink, expires }: DocumentOptions,
  { api }: Session,
): Promise<Record<string, unknown>> {
  if (typed === undefined) {
    if (asLink === true || expires !== undefined) throw usage('say which documents: --document "Price list"');
    return {};
  }
  const way = { ...(asLink === true ? { as: 'link' } : {}), ...(expires === undefined ? {} : { expires }) };
  const documents: object[] = [];
  for (const each of typed) documents.push({ id: (await findDocument(api, each)).id, ...way });
  return { documents };
}

function gather(text: string, others: string[] = []): string[] {
  return [...others, text];
}
