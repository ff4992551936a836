import { columnLimits, isTimeZone, quoted, readLanguage } from './csv-columns.ts';
import { normaliseAddress } from './email-address.ts';
import { readAnswer, readAttributeCell, readMoment, type CellValue } from './import-cell.ts';
import type { ImportPlan, PlannedColumn } from './import-plan.ts';
import type { ContactValues, CustomerValues, RecordValues } from './import-row.ts';
import type { ContactField } from './import-target.ts';
import type { AttributeValue } from './recipient.ts';
import { isWebAddress } from './web-address.ts';

/** A row while its cells are read. */
export interface RowDraft {
  readonly contact: { -readonly [K in keyof ContactValues]: ContactValues[K] } & MutableAttributes;
  readonly customer: { -readonly [K in keyof CustomerValues]: CustomerValues[K] } & MutableAttributes;
  readonly records: Map<string, MutableRecord>;
}
interface MutableAttributes {
  attributes: Record<string, AttributeValue>;
}
type MutableRecord = {
  -readonly [K in keyof Omit<RecordValues, 'externalId'>]: RecordValues[K];
} & MutableAttributes & {
    externalId: string | null;
  };

/** Puts one cell into the row; answers why it cannot. */
export type Put = (draft: RowDraft, cell: string, native: boolean) => string | null;

/** How the cells of one column are read. `toAscii` as for normaliseAddress. */
export function createPut(column: PlannedColumn, plan: ImportPlan, toAscii: (domain: string) => string): Put {
  const { target, reading, declaration } = column;
  switch (target.of) {
    case 'nothing':
      return () => null;
    case 'contact':
      return contactPut(target.field, column, plan, toAscii);
    case 'customer':
      return ({ customer }, cell) => putLine(customer, target.field, cell);
    case 'record':
      return ({ records }, cell) => {
        const record = records.get(target.kind);
        if (record === undefined) return null;
        return target.field === 'link' ? putLink(record, cell) : putLine(record, target.field, cell);
      };
    case 'attribute': {
      const { name, owner } = target;
      return (draft, cell, native) => {
        const read = readAttributeCell(declaration, cell, reading, native);
        if (!read.ok) return read.why;
        const at = owner.of === 'record' ? draft.records.get(owner.kind) : draft[owner.of];
        // Names come from columnKey and never begin with an underscore, so none of them is __proto__.
        if (at !== undefined) at.attributes[name] = read.value;
        return null;
      };
    }
  }
}

function contactPut(
  field: ContactField,
  { reading }: PlannedColumn,
  { kind }: ImportPlan,
  toAscii: (domain: string) => string,
): Put {
  switch (field) {
    case 'email': {
      const ascii = remember(toAscii);
      // Where the row is about something else, it may belong to nobody.
      return ({ contact }, cell) =>
        kind !== 'contacts' && cell.trim() === '' ? null : putEmail(contact, cell, ascii);
    }
    case 'language':
      return checkedPut(field, remember(readLanguage), 'is no language tag; write for example de or en-GB');
    case 'timeZone':
      return checkedPut(
        field,
        remember((name: string) => (isTimeZone(name) ? name : null)),
        'is no time zone; write for example Europe/Berlin',
      );
    case 'newsletter':
      return ({ contact }, cell) =>
        putRead(cell, readAnswer(cell, reading), (value) => void (contact.newsletter = value));
    case 'newsletterAt':
      return ({ contact }, cell) =>
        putRead(cell, readMoment(cell, reading), (value) => void (contact.newsletterAt = value));
    case 'newsletterWording':
      return ({ contact }, cell) => {
        const text = cell.trim();
        if (text.length > columnLimits.attribute) return tooLong(text, columnLimits.attribute);
        contact.newsletterWording = text === '' ? null : text;
        return null;
      };
    case 'externalId':
    case 'firstName':
    case 'lastName':
    case 'title':
    case 'salutation':
    case 'newsletterHow':
      return ({ contact }, cell) => putLine(contact, field, cell);
  }
}

/** An empty cell leaves null. */
function putRead<T>(cell: string, read: CellValue<T>, keep: (value: T) => void): string | null {
  if (cell.trim() === '') return null;
  if (!read.ok) return read.why;
  keep(read.value);
  return null;
}

function checkedPut(
  field: 'language' | 'timeZone',
  check: (text: string) => string | null,
  not: string,
): Put {
  return ({ contact }, cell) => {
    const text = cell.trim();
    if (text === '') return null;
    contact[field] = check(text);
    return contact[field] === null ? `${quoted(cell)} ${not}` : null;
  };
}

const untidy = /\s\s|[^\S ]/;

/** Names are one line: line breaks and runs of spaces, which exports put into them, become one space. */
function putLine<K extends string>(
  target: { [key in K]: string | null },
  key: K,
  cell: string,
): string | null {
  const text = (untidy.test(cell) ? cell.replaceAll(/\s+/g, ' ') : cell).trim();
  if (text.length > columnLimits.text) return tooLong(text, columnLimits.text);
  target[key] = text === '' ? null : text;
  return null;
}

function putLink(record: MutableRecord, cell: string): string | null {
  const text = cell.trim();
  if (text !== '' && !isWebAddress(text)) return `${quoted(cell)} is no web address; write https://…`;
  record.link = text === '' ? null : text;
  return null;
}

function putEmail(
  contact: RowDraft['contact'],
  cell: string,
  toAscii: (domain: string) => string,
): string | null {
  const check = normaliseAddress(cell, toAscii);
  if (!check.ok) return cell.trim() === '' ? check.why : `${quoted(cell)}: ${check.why}`;
  contact.email = check.email;
  contact.address = check.address;
  return null;
}

export function emptyDraft(kinds: readonly string[]): RowDraft {
  return {
    contact: {
      externalId: null,
      email: null,
      address: null,
      firstName: null,
      lastName: null,
      title: null,
      salutation: null,
      language: null,
      timeZone: null,
      newsletter: null,
      newsletterAt: null,
      newsletterHow: null,
      newsletterWording: null,
      attributes: {},
    },
    customer: { externalId: null, name: null, attributes: {} },
    records: new Map(
      kinds.map((kind) => [kind, { kind, externalId: null, title: null, link: null, attributes: {} }]),
    ),
  };
}

function tooLong(text: string, limit: number): string {
  return `the value has ${text.length} characters; ${limit} are possible`;
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
