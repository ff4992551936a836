import { meaningOfFormat, type NumberMeaning } from '../../domain/sheet-value.ts';
import { UnreadableFile } from '../import/unreadable-file.ts';
import type { Package } from './package.ts';
import { readStringTable, StringTable } from './string-table.ts';
import { attributeOf, readXml } from './xml-feed.ts';

/** What of a workbook is needed to read one of its sheets. */
export interface Workbook {
  /** In the order of their tabs; hidden ones too. */
  readonly sheets: readonly Sheet[];
  readonly from1904: boolean;
  readonly strings: StringTable;
  /** By the number of a cell's style. */
  readonly meanings: readonly NumberMeaning[];
}

export interface Sheet {
  readonly name: string;
  readonly part: string;
  readonly hidden: boolean;
}

/** Reads everything but the sheets. Throws UnreadableFile. */
export async function readWorkbook(pack: Package): Promise<Workbook> {
  const main = await mainPart(pack);
  const related = await readRelations(pack, main);
  const byType = (type: string): string | undefined =>
    [...related.values()].find((relation) => relation.type.endsWith(`/${type}`))?.part;
  const sheets: Sheet[] = [];
  let from1904 = false;
  await readXml(await pack.open(main), {
    open: (name, attributes) => {
      if (name === 'workbookPr') from1904 = ['1', 'true'].includes(attributes['date1904'] ?? '');
      if (name !== 'sheet') return;
      const relation = related.get(relationId(attributes) ?? '');
      // Charts and macros have tabs, too, and no cells.
      if (relation?.type.endsWith('/worksheet') === true)
        sheets.push({
          name: attributes['name'] ?? '',
          part: relation.part,
          hidden: (attributes['state'] ?? 'visible') !== 'visible',
        });
    },
  });
  if (sheets.length === 0) throw new UnreadableFile('empty', 'the workbook has no sheet with cells');
  const strings = byType('sharedStrings');
  const styles = byType('styles');
  return {
    sheets,
    from1904,
    strings:
      strings === undefined || !pack.has(strings)
        ? new StringTable()
        : await readStringTable(await pack.open(strings)),
    meanings: styles === undefined || !pack.has(styles) ? [] : await readMeanings(pack, styles),
  };
}

/** The sheet of a name or, without one, the first that is not hidden. */
export function chooseSheet({ sheets }: Workbook, wanted: string | undefined): Sheet {
  const found =
    wanted === undefined
      ? (sheets.find(({ hidden }) => !hidden) ?? sheets[0])
      : sheets.find(({ name }) => name.toLowerCase() === wanted.trim().toLowerCase());
  if (found !== undefined) return found;
  const names = sheets.slice(0, 20).map(({ name }) => JSON.stringify(name));
  throw new UnreadableFile(
    'sheet',
    `the workbook has no sheet ${JSON.stringify(wanted)}; there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`,
  );
}

interface Relation {
  readonly type: string;
  readonly part: string;
}

async function mainPart(pack: Package): Promise<string> {
  if (pack.has('mimetype') && pack.has('content.xml'))
    throw new UnreadableFile('workbook', 'the file is an OpenDocument sheet (.ods); save it as .xlsx or CSV');
  if (!pack.has('_rels/.rels'))
    throw new UnreadableFile(
      'workbook',
      'the file is a zip file, but no workbook; save the sheet as .xlsx or CSV',
    );
  const relations = [...(await readRelations(pack, '')).values()];
  const main = relations.find(({ type }) => type.endsWith('/officeDocument'))?.part ?? 'xl/workbook.xml';
  if (main.endsWith('.bin'))
    throw new UnreadableFile('workbook', 'the file is a binary workbook (.xlsb); save it as .xlsx or CSV');
  if (!/workbook\w*\.xml$/i.test(main))
    throw new UnreadableFile('workbook', `the file is no workbook (${main}); save the sheet as .xlsx or CSV`);
  return main;
}

/** What a part refers to, by the ids it uses for that (ECMA-376-2 6.5). The package itself has the name ''. */
async function readRelations(pack: Package, part: string): Promise<Map<string, Relation>> {
  const folder = part.includes('/') ? part.slice(0, part.lastIndexOf('/') + 1) : '';
  const relations = new Map<string, Relation>();
  await readXml(await pack.open(`${folder}_rels/${part.slice(folder.length)}.rels`), {
    open: (name, { Id: id = '', Type: type = '', Target: target = '', TargetMode: mode }) => {
      if (name === 'Relationship' && mode !== 'External')
        relations.set(id, { type, part: partOf(folder, target) });
    },
  });
  return relations;
}

/** Only ever looked up among the names of the zip: nothing outside of it can be meant. */
function partOf(folder: string, target: string): string {
  if (target.startsWith('/')) return target.slice(1);
  return new URL(target, `file:///${folder}`).pathname.slice(1);
}

/** `r:id`, whatever the prefix of its name space is; `sheetId` is something else. */
function relationId(attributes: Readonly<Record<string, string>>): string | undefined {
  const { id: _id, ...prefixed } = attributes;
  return attributeOf(prefixed, 'id');
}

/** What numbers mean by the formats of the cell styles (ECMA-376-1 18.8.10, 18.8.31). */
async function readMeanings(pack: Package, part: string): Promise<readonly NumberMeaning[]> {
  const codes = new Map<number, string>();
  const meanings: NumberMeaning[] = [];
  let inCellFormats = false;
  await readXml(await pack.open(part), {
    open: (name, { numFmtId = '0', formatCode = '' }) => {
      if (name === 'numFmt') codes.set(Number(numFmtId), formatCode);
      else if (name === 'cellXfs') inCellFormats = true;
      else if (name === 'xf' && inCellFormats)
        meanings.push(meaningOfFormat(Number(numFmtId), codes.get(Number(numFmtId))));
    },
    close: (name) => {
      if (name === 'cellXfs') inCellFormats = false;
    },
  });
  return meanings;
}
