import { resolve } from 'node:path';
import type { Command } from 'commander';
import { defined } from './defined.ts';
import { readText } from './read-text.ts';

export interface ContentOptions {
  readonly subject?: string;
  readonly mjml?: string;
  readonly html?: string;
  readonly text?: string;
  readonly wrap?: boolean;
}

/** What a mail says, from files. */
export function withContentOptions(command: Command): Command {
  return command
    .option('--subject <subject>', 'subject of the mail, with merge fields')
    .option('--mjml <path>', 'the mail as MJML')
    .option('--html <path>', 'the mail as HTML')
    .option('--text <path>', 'the plain text part, or the whole mail')
    .option('--wrap', 'make the HTML of the text: paragraphs, line breaks and links as typed');
}

/** A content in which the options replace fields of `base`; a new body takes the place of the old one. Undefined: neither says anything. */
export function contentOf(
  options: ContentOptions,
  folder: string,
  base: object | undefined,
): object | undefined {
  const { subject, mjml, html, text, wrap } = options;
  const read = (path: string | undefined) =>
    path === undefined ? undefined : readText(resolve(folder, path));
  const given = defined({ subject, mjml: read(mjml), html: read(html), text: read(text), wrap });
  if (Object.keys(given).length === 0) return base;
  const others =
    mjml !== undefined
      ? ['html', 'wrap']
      : html !== undefined
        ? ['mjml', 'wrap']
        : wrap === true
          ? ['mjml', 'html']
          : [];
  const kept = Object.entries(base ?? {}).filter(([field]) => !others.includes(field));
  return { ...Object.fromEntries(kept), ...given };
}

/** An object inside a JSON file. */
export function objectAt(file: Readonly<Record<string, unknown>>, field: string): object | undefined {
  const value = file[field];
  return typeof value === 'object' && value !== null ? value : undefined;
}
