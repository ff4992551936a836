import { readAttributeValue, type AttributeDeclaration } from './attribute.ts';
import { columnLimits, quoted, readYesNo } from './csv-columns.ts';
import type { AttributeValue } from './recipient.ts';

/** How ambiguous values of a column are written; null: nobody said, then what can be read in two ways is refused. */
export interface CellReading {
  /** The order of day, month and year; ISO dates (2026-12-01) are read whatever this says. */
  readonly dates: DateOrder | null;
  readonly decimal: 'point' | 'comma' | null;
  /** Words, in lower case, besides the usual ones of five languages. */
  readonly yes: readonly string[];
  readonly no: readonly string[];
}
export type DateOrder = 'ymd' | 'dmy' | 'mdy';

export type CellValue<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

/** A day as 2026-12-01. A time of day behind it is dropped when it is midnight, else refused: a day is asked. */
function readDay(written: string, { dates }: CellReading): CellValue<string> {
  const [, day = '', time] = /^(\S+?)(?:[T ]+(.*))?$/s.exec(written.trim()) ?? [];
  if (time !== undefined && !/^00:00(:00(\.0+)?)?Z?$/.test(time))
    return refuse(`${quoted(written)} has a time of day; a date is written as ${dayForms[dates ?? 'ymd']}`);
  return (
    readCalendarDay(day, dates) ?? refuse(`${quoted(written)} is no date; write ${dayForms[dates ?? 'ymd']}`)
  );
}

/** An instant as RFC 3339 in UTC; a day alone is its beginning, a time without a zone is UTC. */
export function readMoment(written: string, { dates }: CellReading): CellValue<string> {
  const no = refuse(
    `${quoted(written)} is no date; write ${dayForms[dates ?? 'ymd']} or 2026-12-01T08:30:00+01:00`,
  );
  const [, day = '', time = '00:00', zone = 'Z'] =
    /^(\S+?)(?:[T ]+(\d\d?:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(written.trim()) ?? [];
  const read = readCalendarDay(day, dates);
  if (read === null || !read.ok) return read ?? no;
  const at = Date.parse(
    `${read.value}T${time.padStart(time.indexOf(':') === 1 ? time.length + 1 : 0, '0')}${zone}`,
  );
  return Number.isNaN(at) ? no : { ok: true, value: new Date(at).toISOString() };
}

/**
 * A cell as a value of an attribute: what the source says of its writing is used first, then the declaration. `native`: the file itself
 * says that it is a number, so nothing about its writing is open. An empty cell is null.
 */
export function readAttributeCell(
  declaration: AttributeDeclaration | null,
  cell: string,
  reading: CellReading,
  native: boolean,
): CellValue<AttributeValue> {
  const text = cell.trim();
  if (text === '') return { ok: true, value: null };
  if (text.length > columnLimits.attribute)
    return refuse(`the value has ${text.length} characters; ${columnLimits.attribute} are possible`);
  if (declaration === null) return { ok: true, value: text };
  const plain = readPlain(declaration, text, reading, native);
  return plain.ok ? readAttributeValue(declaration, plain.value) : plain;
}

function readPlain(
  { type }: AttributeDeclaration,
  text: string,
  reading: CellReading,
  native: boolean,
): CellValue<string | number> {
  if (type === 'number' && native) return { ok: true, value: Number(text) };
  if (type === 'number' && reading.decimal !== null) return readDecimal(text, reading.decimal);
  if (type === 'date' && reading.dates !== null) return readDay(text, reading);
  if (type !== 'yesNo' || (reading.yes.length === 0 && reading.no.length === 0))
    return { ok: true, value: text };
  const answer = readAnswer(text, reading);
  return answer.ok ? { ok: true, value: answer.value ? 'yes' : 'no' } : answer;
}

/** A number in its plain writing. Grouped thousands must be groups of three. */
function readDecimal(written: string, decimal: 'point' | 'comma'): CellValue<string | number> {
  const text = written.replaceAll(/[\s'’]/gu, '').replace('−', '-');
  if (!(decimal === 'comma' ? commaNumber : pointNumber).test(text))
    return refuse(
      `${quoted(written)} is no number; write ${decimal === 'comma' ? '1234,5 or 1.234,5' : '1234.5 or 1,234.5'}`,
    );
  const plain = decimal === 'comma' ? text.replaceAll('.', '').replace(',', '.') : text.replaceAll(',', '');
  // A number of more digits than JavaScript keeps goes on as text and is refused as such.
  return { ok: true, value: plain.replaceAll(/\D/g, '').length > 15 ? plain : Number(plain) };
}

export function readAnswer(written: string, { yes, no }: CellReading): CellValue<boolean> {
  const word = written.trim().toLowerCase();
  const answer = yes.includes(word) ? true : no.includes(word) ? false : readYesNo(word);
  if (typeof answer === 'boolean') return { ok: true, value: answer };
  return refuse(`${quoted(written)} is neither yes nor no; write yes, no, or nothing`);
}

const pointNumber = /^[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?$/;
const commaNumber = /^[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d+)?$/;

const dayForms: Readonly<Record<DateOrder, string>> = {
  ymd: '2026-12-31',
  dmy: '31.12.2026',
  mdy: '12/31/2026',
};

/** Null: it is nothing like a date. Dots always stand between day and month in this order: nobody writes months first with dots. */
function readCalendarDay(text: string, order: DateOrder | null): CellValue<string> | null {
  const iso = /^(\d{4})[-./](\d{1,2})[-./](\d{1,2})$/.exec(text);
  if (iso !== null) return checkedDay(text, iso[1], iso[2], iso[3]);
  const other = /^(\d{1,2})([-./])(\d{1,2})\2(\d{2}|\d{4})$/.exec(text);
  if (other === null) return null;
  const [, first, separator, second, year = ''] = other;
  if (year.length === 2) return refuse(`${quoted(text)}: write the year with four digits`);
  if (order === 'mdy' && separator !== '.') return checkedDay(text, year, first, second);
  if (order === 'dmy' || separator === '.') return checkedDay(text, year, second, first);
  return refuse(
    `${quoted(text)} can be read in two ways; write 2026-12-31, or say in the source whether the day or the month comes first`,
  );
}

function checkedDay(text: string, year = '', month = '', day = ''): CellValue<string> {
  const value = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const at = new Date(`${value}T00:00:00Z`);
  // The parser turns 31 February into March: it must say the same day again.
  return Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== value
    ? refuse(`${quoted(text)} is no day of the calendar`)
    : { ok: true, value };
}

function refuse(why: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why };
}
