import type { Readable } from 'node:stream';
import type { TableFile, TableRow } from '../import/table-file.ts';
import { UnreadableFile } from '../import/unreadable-file.ts';
import { damaged, openPackage, type Package } from './package.ts';
import { SheetReader, type SheetRow } from './sheet-rows.ts';
import { spool, type SpooledFile } from './spool.ts';
import { chooseSheet, readWorkbook, type Sheet, type Workbook } from './workbook.ts';

/**
 * Begins to read an XLSX workbook: the sheet of that name, or the first one that is not hidden. Its first row that is not empty is the
 * header. The upload is kept on disk while it is read; `close` removes it.
 * Throws UnreadableFile when it is no workbook, an old, encrypted or damaged one, or one that would become too large.
 */
export async function readXlsx(
  source: AsyncIterable<Uint8Array>,
  sheetName: string | undefined,
): Promise<TableFile> {
  const spooled = await spool(source);
  let pack: Package | null = null;
  try {
    refuseOtherKinds(spooled);
    pack = await openPackage(spooled.path);
    return await openSheet(pack, spooled, sheetName);
  } catch (error) {
    pack?.close();
    await spooled.remove();
    throw damaged(error);
  }
}

async function openSheet(
  pack: Package,
  spooled: SpooledFile,
  sheetName: string | undefined,
): Promise<TableFile> {
  const workbook = await readWorkbook(pack);
  const sheet = chooseSheet(workbook, sheetName);
  const stream = await pack.open(sheet.part);
  const groups = sheetGroups(workbook, stream);
  const { header, rest } = await takeHeader(groups, sheet);
  return {
    header,
    rows: tableRows(header.length, rest, groups),
    format: `XLSX, sheet ${JSON.stringify(sheet.name)}`,
    sheet: sheet.name,
    sheets: workbook.sheets.map(({ name }) => name),
    close: async () => {
      stream.destroy();
      pack.close();
      await spooled.remove();
    },
  };
}

function refuseOtherKinds({ opening, bytes }: SpooledFile): void {
  if (bytes === 0) throw new UnreadableFile('empty', 'the file is empty; it needs a sheet with a header row');
  if (opening.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004', 'latin1'))) return;
  if (opening.subarray(0, 4).equals(Buffer.from([0xd0, 0xcf, 0x11, 0xe0])))
    throw new UnreadableFile(
      'workbook',
      'the file is an old workbook (.xls), or one with a password; save it as .xlsx without a password, or as CSV',
    );
  throw new UnreadableFile(
    'workbook',
    'the file is no XLSX workbook; save it as .xlsx, or send CSV as text/csv',
  );
}

async function* sheetGroups(workbook: Workbook, stream: Readable): AsyncGenerator<readonly SheetRow[]> {
  const reader = new SheetReader(workbook);
  try {
    // A stream of bytes without an encoding gives buffers.
    for await (const chunk of stream as AsyncIterable<Buffer>) yield reader.push(chunk);
    yield reader.end();
  } catch (error) {
    throw damaged(error);
  }
}

async function takeHeader(
  groups: AsyncIterator<readonly SheetRow[]>,
  { name }: Sheet,
): Promise<{ header: readonly string[]; rest: readonly SheetRow[] }> {
  for (;;) {
    const next = await groups.next();
    if (next.done === true)
      throw new UnreadableFile('empty', `the sheet ${JSON.stringify(name)} is empty; it needs a header row`);
    const [first, ...rest] = next.value;
    if (first === undefined) continue;
    if (first.fault !== null)
      throw new UnreadableFile(
        'header',
        `the header (line ${first.line}) cannot be read: ${first.fault.reason}`,
      );
    return { header: first.cells, rest };
  }
}

async function* tableRows(
  width: number,
  rest: readonly SheetRow[],
  groups: AsyncIterable<readonly SheetRow[]>,
): AsyncGenerator<readonly TableRow[]> {
  yield rest.map((row) => toTableRow(row, width));
  for await (const group of groups) yield group.map((row) => toTableRow(row, width));
}

/** Cells that are not there are empty; one beside the table belongs to no column and must not get lost. */
function toTableRow({ line, cells, native, fault }: SheetRow, width: number): TableRow {
  const fields = cells.length >= width ? cells : [...cells, ...Array<string>(width - cells.length).fill('')];
  if (fault !== null) return { line, field: fault.field, reason: fault.reason, cells: fields, text: null };
  if (cells.length <= width) return { line, fields, native };
  const reason = `the row has a value in column ${columnLetters(cells.length - 1)}, beside the last column with a name; name that column or remove the value`;
  return { line, field: null, reason, cells: fields, text: null };
}

function columnLetters(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnLetters(Math.floor(index / 26) - 1) + letter;
}
