import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { Document, DocumentFault } from './answers.ts';
import { problemOf } from './api.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions, type Session } from './command.ts';
import { usage } from './failure.ts';
import { findDocument } from './find-document.ts';
import { count } from './numbers.ts';
import { allItems } from './pages.ts';
import { failureOf } from './problem-text.ts';
import { existingFile } from './read-text.ts';
import type { Surroundings } from './surroundings.ts';
import { table } from './table.ts';
import { clean } from './terminal-text.ts';

interface ListOptions extends CommonOptions {
  readonly search?: string;
  readonly removed?: boolean;
}

const named = 'by its id, title or name; @2 for its second version';

/** `sluice document …`: files that go out with mails. */
export function addDocumentCommands(program: Command, surroundings: Surroundings): void {
  const document = program.command('document').description('files that go out with mails');
  apiCommand(document, 'list', 'list documents that can be sent, newest first')
    .option('--search <text>', 'only those with this in their title')
    .option('--removed', 'also those that were taken out')
    .action(async (options: ListOptions) => listDocuments(options, surroundings));
  apiCommand(document, 'add <file>', 'upload a document, or its next version')
    .option('--name <name>', 'what recipients see (else the name of the file)')
    .action(async (file: string, options: CommonOptions & { readonly name?: string }) => {
      const session = openSession(options, surroundings);
      const path = existingFile(resolve(surroundings.folder, file));
      const stream = { type: 'application/octet-stream', body: Readable.toWeb(createReadStream(path)) };
      const query = { name: options.name ?? basename(path) };
      const added = await session.api.send<Document>('POST', '/v1/documents', { stream, query });
      session.answer(added, () => documentLines(added));
    });
  apiCommand(document, 'show <document>', `show one; ${named}`).action(
    async (typed: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const found = await findDocument(session.api, typed, { removed: true });
      session.answer(found, () => documentLines(found));
    },
  );
  apiCommand(document, 'get <document>', `fetch the file; ${named}`)
    .option('--output <path>', 'where to keep it (else under its name in this folder)')
    .action(async (typed: string, options: CommonOptions & { readonly output?: string }) => {
      const session = openSession(options, surroundings);
      const found = await findDocument(session.api, typed, { removed: true });
      const path = resolve(surroundings.folder, options.output ?? basename(found.name));
      await fetchInto(session, found, path);
      session.answer(found, () => [`${clean(path)}: ${count(found.size)} bytes`]);
    });
  apiCommand(document, 'remove <document>', `withdraw one: no campaign can start with it; ${named}`).action(
    async (typed: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const { id } = await findDocument(session.api, typed, { removed: true });
      const removed = await session.api.send<Document>('DELETE', `/v1/documents/${id}`);
      session.answer(removed, () => documentLines(removed));
    },
  );
  apiCommand(document, 'faults', 'list files of the documents folder that are no documents, and why').action(
    async (options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const faults = await allItems<DocumentFault>(session.api, '/v1/document-faults');
      session.answer({ items: faults, next: null }, () =>
        faults.length === 0
          ? ['Every file of the documents folder is a document.']
          : faults.map(({ path, reason }) => `${path === '.' ? '' : `${clean(path)}: `}${clean(reason)}`),
      );
    },
  );
}

async function listDocuments(options: ListOptions, surroundings: Surroundings): Promise<void> {
  const session = openSession(options, surroundings);
  const { search: q, removed } = options;
  const documents = await allItems<Document>(session.api, '/v1/documents', {
    q,
    removed: removed === true ? 'any' : undefined,
  });
  session.answer({ items: documents, next: null }, () =>
    table(
      documents,
      [
        { title: 'ID', of: ({ id }) => id },
        { title: 'TITLE', of: ({ title }) => clean(title), gives: true },
        { title: 'VERSION', of: ({ version }) => count(version), align: 'right' },
        { title: 'BYTES', of: ({ size }) => count(size), align: 'right' },
        { title: 'FROM', of: ({ origin }) => origin },
        { title: 'ADDED', of: ({ addedAt }) => addedAt },
        ...(removed === true ? [{ title: 'TAKEN OUT', of: sayRemoved }] : []),
      ],
      tableWidth(surroundings),
    ),
  );
}

function documentLines(document: Document): string[] {
  const { id, title, version, name, type, size, sha256, origin, addedAt, addedBy, removedAt } = document;
  return [
    id,
    `${clean(title)}, version ${version}: ${clean(name)}, ${type}, ${count(size)} bytes`,
    `SHA-256 ${sha256}`,
    `added by ${clean(addedBy)} (${origin}) at ${addedAt}`,
    ...(removedAt === null ? [] : [`taken out ${sayRemoved(document)}: no campaign can start with it`]),
  ];
}

function sayRemoved({ removedAt, removedBy }: Document): string {
  return removedAt === null ? '' : `by ${clean(removedBy ?? '—')} at ${removedAt}`;
}

/** Never over a file that is there. */
async function fetchInto({ api }: Session, { id }: Document, path: string): Promise<void> {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined)
    throw usage(`${clean(path)} is there already; name another place with --output`);
  const response = await api.raw(`/v1/documents/${id}/content`);
  if (!response.ok || response.body === null)
    throw failureOf(problemOf(response, await response.text()), null);
  await pipeline(response.body, createWriteStream(path, { flags: 'wx' }));
}
