import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Option, type Command } from 'commander';
import type { ContactImport, List } from '../answers.ts';
import { problemOf } from '../api.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions } from '../command.ts';
import { Failure } from '../failure.ts';
import { count, plural } from '../numbers.ts';
import { failureOf } from '../problem-text.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../table.ts';
import { clean } from '../terminal-text.ts';
import { preview, type PreviewOptions } from './preview.ts';
import { addSourceCommands } from './source.ts';

interface ListOptions extends CommonOptions {
  readonly limit?: string;
  readonly cursor?: string;
}

interface RejectsOptions extends CommonOptions {
  readonly out?: string;
}

/** `sluice import …`: what a file means, before and after it is imported. */
export function addImportCommands(program: Command, surroundings: Surroundings): void {
  const group = program
    .command('import')
    .description('preview files, keep what their columns mean, mend refused rows');
  apiCommand(group, 'preview <file>', 'say what an import would do; imports nothing')
    .option('--source <name>', 'read the file as this source says')
    .addOption(
      new Option('--kind <kind>', 'what is in the file, without a source').choices([
        'contacts',
        'customers',
        'records',
      ]),
    )
    .option('--record-kind <kind>', 'what the records are, such as order')
    .option('--sheet <name>', 'sheet of a workbook (else the first one)')
    .option('--save <name>', 'keep the suggested mapping as a source of this name')
    .action(async (file: string, options: PreviewOptions) => preview(file, options, surroundings));
  apiCommand(group, 'list', 'list imports, the newest first')
    .option('--limit <n>', 'how many (1–500, default 50)')
    .option('--cursor <cursor>', 'go on where the last list ended')
    .action(async (options: ListOptions) => listImports(options, surroundings));
  apiCommand(group, 'rejects <id>', 'the refused rows of an import as CSV, to be mended and imported again')
    .option('--out <file>', 'write them into this file')
    .action(async (id: string, options: RejectsOptions) => saveRejects(id, options, surroundings));
  addSourceCommands(group, surroundings);
}

async function listImports(options: ListOptions, surroundings: Surroundings): Promise<void> {
  const session = openSession(options, surroundings);
  const { limit, cursor } = options;
  const list = await session.api.get<List<ContactImport>>('/v1/contact-imports', { limit, cursor });
  session.answer(list, () => [
    ...(list.items.length === 0
      ? ['Nothing was imported yet.']
      : table(
          list.items,
          [
            { title: 'ID', of: ({ id }) => id },
            { title: 'STARTED', of: ({ startedAt }) => startedAt },
            { title: 'STATE', of: ({ state }) => state },
            { title: 'SOURCE', of: ({ source, kind }) => clean(source ?? kind), gives: true },
            { title: 'READ', of: ({ read }) => count(read), align: 'right' },
            { title: 'NEW', of: ({ created }) => count(created), align: 'right' },
            { title: 'UPDATED', of: ({ updated }) => count(updated), align: 'right' },
            { title: 'REFUSED', of: ({ rejected }) => count(rejected), align: 'right' },
          ],
          tableWidth(surroundings),
        )),
    ...(list.next === null ? [] : [`more: --cursor ${list.next}`]),
  ]);
}

async function saveRejects(id: string, options: RejectsOptions, surroundings: Surroundings): Promise<void> {
  const session = openSession(options, surroundings);
  const path = `/v1/contact-imports/${encodeURIComponent(id)}`;
  const { rejected } = await session.api.get<ContactImport>(path);
  const response = await session.api.raw(`${path}/rejects?format=csv`);
  if (!response.ok || response.body === null)
    throw failureOf(problemOf(response, await response.text()), null);
  if (options.out === undefined) {
    for await (const part of response.body.pipeThrough(new TextDecoderStream('utf-8', { ignoreBOM: true })))
      surroundings.out.write(part);
    return;
  }
  const target = resolve(surroundings.folder, options.out);
  // 'wx': a file that somebody has mended already is not written over.
  await pipeline(Readable.fromWeb(response.body), createWriteStream(target, { flags: 'wx' })).catch(
    (error: unknown) => {
      const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      throw new Failure(
        2,
        `${target} ${exists ? 'is there already; take another name' : 'cannot be written'}`,
      );
    },
  );
  session.answer({ file: target, rejected }, () => [
    `${plural(rejected, 'refused row')} in ${target}`,
    ...(rejected === 0 ? [] : ['Mend them there (the last columns say why) and import the file again.']),
  ]);
}
