import { resolve } from 'node:path';
import type { AttributeValue } from '../../domain/recipient.ts';
import type { ImportPreview, ImportSource } from '../answers.ts';
import { openSession, tableWidth, type CommonOptions, type Session } from '../command.ts';
import { usage } from '../failure.ts';
import { count, plural } from '../numbers.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../table.ts';
import { clean } from '../terminal-text.ts';
import { sayReject } from './import-file.ts';
import { upload } from './upload.ts';

export interface PreviewOptions extends CommonOptions {
  readonly source?: string;
  readonly kind?: string;
  readonly recordKind?: string;
  readonly sheet?: string;
  readonly save?: string;
}

const shownFaults = 20;
const shownRows = 3;

/** Shows what an import of the file would do; with `--save` keeps the mapping that is suggested. */
export async function preview(
  file: string,
  options: PreviewOptions,
  surroundings: Surroundings,
): Promise<void> {
  const { source, kind, recordKind, sheet, save } = options;
  if (source !== undefined && save !== undefined)
    throw usage('--save keeps what is suggested; with --source nothing is: leave out one of them');
  const session = openSession(options, surroundings);
  const path = resolve(surroundings.folder, file);
  const query = { source, kind, recordKind, sheet };
  const seen = await upload<ImportPreview>(session.api, '/v1/import-previews', path, query);
  session.answer(seen, () => [
    ...sayFile(seen),
    '',
    ...columnTable(seen, tableWidth(surroundings)),
    '',
    ...(seen.fault === null ? sayRows(seen) : [`No row could be imported: ${clean(seen.fault)}`]),
  ]);
  if (save !== undefined) await keep(session, save, seen);
}

async function keep({ api, say }: Session, name: string, seen: ImportPreview): Promise<void> {
  const { kind, recordKind, mapping, fault } = seen;
  if (mapping === null || fault !== null)
    throw usage(`nothing is kept: ${fault ?? 'the header cannot be read'}`);
  const body = { kind, ...(recordKind === null ? {} : { recordKind }), mapping };
  await api.send<ImportSource>('PUT', `/v1/import-sources/${encodeURIComponent(name)}`, { body });
  say(
    '',
    `Kept as the source ${clean(name)}. Look at it and change it: sluice import source show ${quoteWord(name)} --json`,
    `Import with it: sluice contacts import FILE --source ${quoteWord(name)}`,
  );
}

function sayFile({ format, sheet, sheets, kind, recordKind }: ImportPreview): string[] {
  const others = sheets.filter((name) => name !== sheet).map(clean);
  return [
    `${clean(format)}: ${kind}${recordKind === null ? '' : ` (${clean(recordKind)})`}`,
    ...(others.length === 0 ? [] : [`Other sheets, not read: ${others.join(', ')}`]),
  ];
}

const reasons = {
  source: 'source',
  name: 'its name',
  values: 'its values',
  otherwise: 'an attribute',
} as const;

function columnTable({ columns }: ImportPreview, width: number): string[] {
  return table(
    columns,
    [
      { title: 'COLUMN', of: ({ column }) => clean(column) },
      { title: 'MEANS', of: ({ to }) => clean(to) },
      { title: 'BY', of: ({ by }) => reasons[by] },
      { title: 'VALUES', of: ({ seems, filled }) => (filled === 0 ? '—' : seems) },
      { title: 'FILLED', of: ({ filled }) => count(filled), align: 'right' },
      { title: 'SUCH AS', of: ({ examples }) => examples.map(clean).join(' · '), gives: true },
    ],
    width,
  );
}

function sayRows(seen: ImportPreview): string[] {
  const { read, created, updated, rejected, complete, first, faults } = seen;
  const part = complete ? '' : ' (only the beginning of the file was looked at)';
  const shown = faults.slice(0, shownFaults);
  return [
    `${plural(read, 'row')}${part}: ${count(created)} would be new, ${count(updated)} updated, ${count(rejected)} refused`,
    ...first.slice(0, shownRows).map(({ line, values }) => `  line ${line} becomes ${sayValues(values)}`),
    ...(shown.length === 0 ? [] : ['Refused:', ...shown.map(sayReject)]),
    ...(rejected > shown.length ? [`  … ${count(rejected - shown.length)} more`] : []),
  ];
}

function sayValues(values: Readonly<Record<string, AttributeValue>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${clean(name)} = ${typeof value === 'string' ? clean(value) : String(value)}`)
    .join(', ');
}

/** As it is typed in a shell. */
function quoteWord(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `'${clean(name).replaceAll("'", `'\\''`)}'`;
}
