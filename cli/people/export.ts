import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Option, type Command } from 'commander';
import { problemOf } from '../api.ts';
import { apiCommand, openSession, type CommonOptions } from '../command.ts';
import { Failure, usage } from '../failure.ts';
import { count } from '../numbers.ts';
import { failureOf } from '../problem-text.ts';
import type { Surroundings } from '../surroundings.ts';
import { clean } from '../terminal-text.ts';

interface ExportOptions extends CommonOptions {
  readonly format?: 'csv' | 'xlsx';
  readonly search?: string;
  readonly delimiter?: string;
  readonly bom?: boolean;
}

/** `sluice contacts export`: everybody in a file, which is there only when it is whole. */
export function addExportCommand(contacts: Command, surroundings: Surroundings): void {
  apiCommand(contacts, 'export <file>', 'write contacts into a CSV file or an Excel workbook (.xlsx)')
    .addOption(new Option('--format <format>', 'else by the ending of the file').choices(['csv', 'xlsx']))
    .option('--search <text>', 'only those whose address, first or last name begins with these words')
    .addOption(
      new Option('--delimiter <name>', 'between the cells of a CSV file').choices([
        'comma',
        'semicolon',
        'tab',
      ]),
    )
    .option('--bom', 'begin a CSV file with a byte order mark, by which Excel sees UTF-8')
    .action(async (file: string, options: ExportOptions) => {
      const session = openSession(options, surroundings);
      const query = new URLSearchParams({
        format: options.format ?? formatOf(file),
        ...(options.search === undefined ? {} : { q: options.search }),
        ...(options.delimiter === undefined ? {} : { delimiter: options.delimiter }),
        ...(options.bom === true ? { bom: 'true' } : {}),
      });
      const response = await session.api.raw(`/v1/contact-exports?${query.toString()}`);
      if (!response.ok || response.body === null) throw failureOf(problemOf(response, await response.text()));
      const bytes = await save(response.body, resolve(surroundings.folder, file));
      session.answer({ file, bytes }, () => [`${clean(file)}: ${count(bytes)} bytes`]);
    });
}

function formatOf(file: string): string {
  const ending = /\.(csv|xlsx)$/i.exec(file)?.[1];
  if (ending === undefined) throw usage(`${clean(file)}: end the name with .csv or .xlsx, or say --format`);
  return ending.toLowerCase();
}

async function save(body: ReadableStream<Uint8Array>, path: string): Promise<number> {
  const part = `${path}.part`;
  let bytes = 0;
  try {
    await pipeline(
      Readable.fromWeb(body),
      async function* counted(chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          bytes += chunk.length;
          yield chunk;
        }
      },
      createWriteStream(part),
    );
    await rename(part, path);
    return bytes;
  } catch (error) {
    await rm(part, { force: true });
    const why = error instanceof Error ? error.message : 'unknown fault';
    const failure = new Failure(1, `the export broke off (${why}) and nothing was kept; run it again`);
    failure.cause = error;
    throw failure;
  }
}
