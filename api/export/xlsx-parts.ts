/** The small parts of a workbook with so many sheets (ECMA-376 part 1, 12.3 and 18). */

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packageNames = 'http://schemas.openxmlformats.org/package/2006';

export function contentTypes(sheets: number): string {
  const type = (part: string, kind: string): string =>
    `<Override PartName="${part}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.${kind}+xml"/>`;
  return (
    `${head}<Types xmlns="${packageNames}/content-types">` +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
    '<Default Extension="xml" ContentType="application/xml"/>' +
    type('/xl/workbook.xml', 'sheet.main') +
    type('/xl/styles.xml', 'styles') +
    numbers(sheets, (n) => type(`/xl/worksheets/sheet${n}.xml`, 'worksheet')) +
    '</Types>'
  );
}

export const packageRelations =
  `${head}<Relationships xmlns="${packageNames}/relationships">` +
  `<Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`;

export function workbook(sheets: number): string {
  const list = numbers(sheets, (n) => `<sheet name="Sheet${n}" sheetId="${n}" r:id="rId${n}"/>`);
  return `${head}<workbook xmlns="${main}" xmlns:r="${relations}"><sheets>${list}</sheets></workbook>`;
}

export function workbookRelations(sheets: number): string {
  const one = (id: number, kind: string, target: string): string =>
    `<Relationship Id="rId${id}" Type="${relations}/${kind}" Target="${target}"/>`;
  return (
    `${head}<Relationships xmlns="${packageNames}/relationships">` +
    numbers(sheets, (n) => one(n, 'worksheet', `worksheets/sheet${n}.xml`)) +
    `${one(sheets + 1, 'styles', 'styles.xml')}</Relationships>`
  );
}

/** Two forms of cells: 0 as it is, 1 a date. */
export const styles =
  `${head}<styleSheet xmlns="${main}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>` +
  '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>' +
  '<cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>';

function numbers(count: number, text: (n: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index + 1)).join('');
}
