import { normaliseAddress } from './email-address.ts';
import type { AttributeValue } from './recipient.ts';

/** The columns that mean something of their own; every other column becomes an attribute. */
const contactColumns = [
  'email',
  'first_name',
  'last_name',
  'title',
  'salutation',
  'language',
  'time_zone',
  'newsletter',
  'customer',
] as const;
export type ContactColumn = (typeof contactColumns)[number];

/** Longest values in characters. Attributes may be longer: they can hold a paragraph. */
export const columnLimits = { text: 200, attribute: 10_000, columns: 500, columnName: 100 } as const;

/** What the columns of a file mean, in their order, with the names as they are written in the file. */
export interface CsvHeader {
  readonly columns: readonly CsvColumn[];
}

interface CsvColumn {
  readonly written: string;
  /** `attribute` is the name under which `contact.attributes.NAME` finds it. */
  readonly meaning: { readonly column: ContactColumn } | { readonly attribute: string };
}

/** One person as a row says. A value is null when the cell is empty or the file has no such column. */
export interface ContactRow {
  readonly email: string;
  readonly address: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly title: string | null;
  readonly salutation: string | null;
  readonly language: string | null;
  readonly timeZone: string | null;
  readonly newsletter: boolean | null;
  readonly customer: string | null;
  /** An empty cell is null. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** Why a row is refused: the column as written in the file, or null when it is the row as a whole. */
export interface RowRefusal {
  readonly column: string | null;
  readonly reason: string;
}

/**
 * Reads a header: any case, everything but letters and digits between words counts as `_` (`First name`, `first-name`). Attribute names
 * are made in the same way, so that a template can write `contact.attributes.kundennummer_alt` for a column "Kundennummer (alt)".
 * Answers a sentence with what is wrong when the file cannot be imported with this header.
 */
export function readHeader(names: readonly string[]): CsvHeader | { readonly fault: string } {
  if (names.length > columnLimits.columns)
    return { fault: `the header has ${names.length} columns; ${columnLimits.columns} are possible` };
  const seen = new Map<string, string>();
  const columns: CsvColumn[] = [];
  for (const [index, name] of names.entries()) {
    const written = name.trim();
    const key = columnKey(written);
    if (key === '')
      return { fault: `column ${index + 1} of the header has no name; give it one or remove the column` };
    if (key.length > columnLimits.columnName)
      return {
        fault: `the name of column ${index + 1} is longer than ${columnLimits.columnName} characters`,
      };
    const twin = seen.get(key);
    if (twin !== undefined)
      return { fault: `the columns "${twin}" and "${written}" have the same name; rename or remove one` };
    seen.set(key, written);
    columns.push({ written, meaning: isContactColumn(key) ? { column: key } : { attribute: key } });
  }
  return seen.has('email') ? { columns } : { fault: withoutEmail(names) };
}

/** Reads the rows of one file. `toAscii` as for normaliseAddress; time zones and languages are remembered once they were checked. */
export function createRowReader(
  header: CsvHeader,
  toAscii: (domain: string) => string,
): (fields: readonly string[]) => ContactRow | RowRefusal {
  const { columns } = header;
  const checks = createChecks(toAscii);
  return (fields) => {
    if (fields.length !== columns.length) return raggedRow(columns, fields.length);
    const row: MutableRow = { ...emptyRow, attributes: {} };
    for (const [index, column] of columns.entries()) {
      const refusal = readField(row, column, fields[index] ?? '', checks);
      if (refusal !== null) return { column: column.written, reason: refusal };
    }
    return row;
  };
}

export function isRefusal(row: ContactRow | RowRefusal): row is RowRefusal {
  return 'reason' in row;
}

/** `First name`, `FIRST-NAME` → `first_name`. Letters of every script stay letters. */
export function columnKey(written: string): string {
  return written
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, '_')
    .replaceAll(/^_+|_+$/g, '');
}

/** `ja` → true, `no` → false, empty → null, anything else undefined. */
export function readYesNo(text: string): boolean | null | undefined {
  const word = text.trim().toLowerCase();
  if (word === '') return null;
  if (yes.has(word)) return true;
  return no.has(word) ? false : undefined;
}

/** A language tag such as `de` or `en-GB` in its usual writing, or null when it is none (RFC 5646 2.1, the part that people use). */
export function readLanguage(text: string): string | null {
  const tag = text.trim().replaceAll('_', '-');
  if (!/^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$/i.test(tag)) return null;
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}

/** True for a name that the IANA time zone database knows. Offsets are no time zones: they have no daylight saving. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

type MutableRow = { -readonly [K in keyof ContactRow]: ContactRow[K] } & {
  attributes: Record<string, AttributeValue>;
};

interface Checks {
  readonly toAscii: (domain: string) => string;
  readonly language: (text: string) => string | null;
  readonly timeZone: (text: string) => string | null;
}

const emptyRow = {
  email: '',
  address: '',
  firstName: null,
  lastName: null,
  title: null,
  salutation: null,
  language: null,
  timeZone: null,
  newsletter: null,
  customer: null,
} as const;

const textColumns = {
  first_name: 'firstName',
  last_name: 'lastName',
  title: 'title',
  salutation: 'salutation',
  customer: 'customer',
} as const;

const yes = new Set(['yes', 'y', 'true', 't', '1', 'on', 'ja', 'j', 'wahr', 'x']);
const no = new Set(['no', 'n', 'false', 'f', '0', 'off', 'nein', 'falsch', '-']);

const meanings: ReadonlySet<string> = new Set(contactColumns);

function isContactColumn(key: string): key is ContactColumn {
  return meanings.has(key);
}

/** Puts one cell into the row; answers why it cannot. */
function readField(row: MutableRow, { meaning }: CsvColumn, cell: string, checks: Checks): string | null {
  if ('attribute' in meaning) return readAttribute(row, meaning.attribute, cell);
  switch (meaning.column) {
    case 'email':
      return readEmail(row, cell, checks);
    case 'language':
      row.language = checks.language(cell.trim());
      return row.language === null && cell.trim() !== ''
        ? `${quoted(cell)} is no language tag; write for example de or en-GB`
        : null;
    case 'time_zone':
      row.timeZone = checks.timeZone(cell.trim());
      return row.timeZone === null && cell.trim() !== ''
        ? `${quoted(cell)} is no time zone; write for example Europe/Berlin`
        : null;
    case 'newsletter': {
      const answer = readYesNo(cell);
      if (answer === undefined) return `${quoted(cell)} is neither yes nor no; write yes, no, or nothing`;
      row.newsletter = answer;
      return null;
    }
    case 'first_name':
    case 'last_name':
    case 'title':
    case 'salutation':
    case 'customer':
      return readText(row, textColumns[meaning.column], cell);
  }
}

const untidy = /\s\s|[^\S ]/;

/** Names are one line: line breaks and runs of spaces, which exports put into them, become one space. */
function readText(
  row: MutableRow,
  key: (typeof textColumns)[keyof typeof textColumns],
  cell: string,
): string | null {
  const text = (untidy.test(cell) ? cell.replaceAll(/\s+/g, ' ') : cell).trim();
  if (text.length > columnLimits.text) return tooLong(text, columnLimits.text);
  row[key] = text === '' ? null : text;
  return null;
}

function readAttribute(row: MutableRow, name: string, cell: string): string | null {
  const text = cell.trim();
  if (text.length > columnLimits.attribute) return tooLong(text, columnLimits.attribute);
  // Names come from columnKey and never begin with an underscore, so none of them is __proto__.
  row.attributes[name] = text === '' ? null : text;
  return null;
}

function readEmail(row: MutableRow, cell: string, checks: Checks): string | null {
  const check = normaliseAddress(cell, checks.toAscii);
  if (!check.ok) return cell.trim() === '' ? check.why : `${quoted(cell)}: ${check.why}`;
  row.email = check.email;
  row.address = check.address;
  return null;
}

function raggedRow(columns: readonly CsvColumn[], found: number): RowRefusal {
  const missing = columns[found];
  const reason =
    found > columns.length
      ? `the row has ${found} columns, the header ${columns.length}; a value with the delimiter in it needs quotes`
      : `the row has ${found} columns, the header ${columns.length}; this one and what follows are missing`;
  return { column: missing?.written ?? null, reason };
}

function withoutEmail(names: readonly string[]): string {
  const near = names.find((name) => /mail/i.test(name));
  const found = names
    .slice(0, 10)
    .map((name) => quoted(name))
    .join(', ');
  const way =
    near === undefined ? 'name the column with the addresses "email"' : `rename ${quoted(near)} to "email"`;
  return `the header has no column "email" (found ${found}); ${way}`;
}

function tooLong(text: string, limit: number): string {
  return `the value has ${text.length} characters; ${limit} are possible`;
}

function quoted(text: string): string {
  return JSON.stringify(text.trim().length > 60 ? `${text.trim().slice(0, 60)}…` : text.trim());
}

function createChecks(toAscii: (domain: string) => string): Checks {
  return {
    toAscii: remember(toAscii),
    language: remember(readLanguage),
    timeZone: remember((name) => (isTimeZone(name) ? name : null)),
  };
}

/** The same few values come again and again, and Intl takes its time for each. */
function remember<T>(check: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size >= 10_000) known.clear();
    const answer = check(text);
    known.set(text, answer);
    return answer;
  };
}
