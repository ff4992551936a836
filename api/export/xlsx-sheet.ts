import { isDay, type Cell } from './cell.ts';

export const sheetStart =
  '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
  '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>';
export const sheetEnd = '</sheetData></worksheet>';

/** One row; `number` counts from 1. Empty cells are left out. */
export function rowXml(number: number, cells: readonly Cell[]): string {
  const written = cells.map((cell, index) =>
    cell === null || cell === '' ? '' : cellXml(`${columnName(index)}${number}`, cell),
  );
  return `<row r="${number}">${written.join('')}</row>`;
}

/** 0 → A, 25 → Z, 26 → AA. */
export function columnName(index: number): string {
  const known = columnNames[index];
  if (known !== undefined) return known;
  const last = String.fromCharCode(65 + (index % 26));
  const name = index < 26 ? last : columnName(Math.floor(index / 26) - 1) + last;
  columnNames[index] = name;
  return name;
}

const columnNames: string[] = [];

function cellXml(place: string, cell: Exclude<Cell, null>): string {
  if (typeof cell === 'number') return `<c r="${place}"><v>${cell}</v></c>`;
  if (typeof cell === 'boolean') return `<c r="${place}" t="b"><v>${cell ? 1 : 0}</v></c>`;
  if (!isDay(cell)) return textXml(place, cell);
  const serial = serialOf(cell.day);
  return serial === null ? textXml(place, cell.day) : `<c r="${place}" s="1"><v>${serial}</v></c>`;
}

function textXml(place: string, text: string): string {
  return `<c r="${place}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(text)}</t></is></c>`;
}

/**
 * Characters that XML has no place for, and a carriage return, which it would change into a line feed, are written as Excel writes
 * them (ECMA-376 part 1, 22.9.2.19, ST_Xstring): `_x000D_`; a text that looks like that gets its underscore written so.
 */
function escapeXml(text: string): string {
  if (!special.test(text)) return text;
  return text
    .replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replaceAll(/[^\P{Cc}\t\n]|[\uFFFE\uFFFF]|\p{Cs}/gu, (character) => {
      const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
      return `_x${code}_`;
    })
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

const special = /[&<>_\uFFFE\uFFFF]|[^\P{Cc}\t\n]|\p{Cs}/u;

/** Days since 30 December 1899. Before March 1900 Excel counts a leap day that there was not: such a date stays text. */
function serialOf(day: string): number | null {
  const serial = Math.round((Date.parse(`${day}T00:00:00Z`) - Date.UTC(1899, 11, 30)) / 86_400_000);
  return serial >= 61 ? serial : null;
}
