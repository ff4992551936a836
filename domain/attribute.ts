import { readYesNo } from './csv-columns.ts';
import type { AttributeValue } from './recipient.ts';

/** What an attribute may be declared as, in the order in which people are offered it. */
export const attributeTypes = ['text', 'number', 'date', 'yesNo', 'choice'] as const;
export type AttributeType = (typeof attributeTypes)[number];

/** What a value must be to be one of this attribute. */
export interface AttributeDeclaration {
  readonly type: AttributeType;
  /** Of a choice; null for every other type. */
  readonly choices: readonly string[] | null;
}

export type ReadValue =
  | { readonly ok: true; readonly value: AttributeValue }
  | { readonly ok: false; readonly why: string };

/**
 * Turns what somebody wrote, or a cell of a sheet that already has a type, into the value that is stored: a number as number,
 * yes or no as boolean, a date as `2026-12-01`, a choice as it is declared, text without blanks around it; nothing written
 * is null. What cannot be told for certain is refused with a reason and never guessed:
 * - numbers with `.` or `,` before the decimals; groups of three where only one reading is left (`1.234,5`, `1.234.567`, `1 234`),
 *   so `1.234` is refused: it is a thousand in one country and one in another;
 * - dates as `2026-12-01` (also with a midnight behind it, as exports of databases have it) and `1.12.2026`, never with slashes;
 * - yes and no in the words of the import (domain/csv-columns.ts).
 */
export function readAttributeValue(
  { type, choices }: AttributeDeclaration,
  written: string | number | boolean,
): ReadValue {
  const text = String(written).trim();
  if (text === '') return { ok: true, value: null };
  switch (type) {
    case 'text':
      return text.length > maxText ? no(`has ${text.length} characters; ${maxText} are possible`) : yes(text);
    case 'number':
      return typeof written === 'number' ? finite(written) : readNumber(text);
    case 'date':
      return readDate(text);
    case 'yesNo': {
      const answer = readYesNo(text);
      return answer === undefined
        ? no(`${quoted(text)} is neither yes nor no; write yes or no`)
        : { ok: true, value: answer };
    }
    case 'choice':
      return readChoice(text, choices ?? []);
  }
}

/**
 * Attributes as somebody sets them, read by what they are declared as; an undeclared one stays as given, null (removal) always does.
 * `faults` names every one that does not fit; `values` is to be used only when there are none.
 */
export function readAttributes(
  declared: ReadonlyMap<string, AttributeDeclaration>,
  given: Readonly<Record<string, AttributeValue>>,
): { readonly values: Record<string, AttributeValue>; readonly faults: readonly AttributeFault[] } {
  const faults: AttributeFault[] = [];
  const entries = Object.entries(given).map(([name, value]): [string, AttributeValue] => {
    const declaration = declared.get(name);
    if (declaration === undefined || value === null) return [name, value];
    const read = readAttributeValue(declaration, value);
    if (read.ok) return [name, read.value];
    faults.push({ name, why: read.why });
    return [name, null];
  });
  return { values: Object.fromEntries(entries), faults };
}

export interface AttributeFault {
  readonly name: string;
  readonly why: string;
}

/** As for columns of an import. */
const maxText = 10_000;

/** More digits than these are not kept by a number in memory or in JSON: it would come back as another one. */
const maxDigits = 15;
const grouped = /^[+-]?\d{1,3}(?:([ .,'\u00a0\u202f\u2019])\d{3})(?:\1\d{3})*(?:([.,])\d+)?$/;
const plain = /^[+-]?\d+(?:[.,]\d+)?$/;

function readNumber(text: string): ReadValue {
  const digits = text.replaceAll(/\D/g, '').replace(/^0+/, '');
  if (digits.length > maxDigits && /^[+-]?[\d., ]+$/.test(text))
    return no(
      `${quoted(text)} has more than ${maxDigits} digits, which no number keeps; declare the attribute as text`,
    );
  const [, group, point] = grouped.exec(text) ?? [];
  const isPlain = plain.test(text);
  if (isPlain && group !== undefined && !/^[+-]?0/.test(text)) {
    const [whole = '', rest = ''] = text.split(group);
    return no(`${quoted(text)} can be read in two ways; write ${whole}${rest} or ${whole}${group}${rest}0`);
  }
  if (isPlain) return finite(Number(text.replace(',', '.')));
  if (group === undefined || point === group)
    return no(`${quoted(text)} is no number; write it as 1234.5 or 1234,5`);
  return finite(Number(text.replaceAll(group, '').replace(',', '.')));
}

function finite(value: number): ReadValue {
  return Number.isFinite(value) ? { ok: true, value: value === 0 ? 0 : value } : no('is no finite number');
}

function readDate(text: string): ReadValue {
  const [, year, month, day, time] =
    /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)Z?)?$/.exec(text) ?? [];
  if (year !== undefined && month !== undefined && day !== undefined)
    return /[1-9]/.test(time ?? '')
      ? no(`${quoted(text)} has a time of day, a date has none; write ${year}-${month}-${day}`)
      : dayOf(text, year, month, day);
  const [, german, ofMonth, ofYear] = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})$/.exec(text) ?? [];
  if (german !== undefined && ofMonth !== undefined && ofYear !== undefined)
    return dayOf(text, ofYear, ofMonth.padStart(2, '0'), german.padStart(2, '0'));
  return no(`${quoted(text)} is no date; write it as 2026-12-01 or 01.12.2026`);
}

function dayOf(written: string, year: string, month: string, day: string): ReadValue {
  const iso = `${year}-${month}-${day}`;
  const at = new Date(`${iso}T00:00:00Z`);
  const exists = year !== '0000' && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(`${iso}T`);
  return exists ? yes(iso) : no(`${quoted(written)} is no day of the calendar`);
}

function readChoice(text: string, choices: readonly string[]): ReadValue {
  const found =
    choices.find((choice) => choice === text) ??
    choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return yes(found);
  const shown = choices.slice(0, 8).map(quoted).join(', ');
  return no(`${quoted(text)} is none of the choices ${shown}${choices.length > 8 ? ', …' : ''}`);
}

function yes(value: string): ReadValue {
  return { ok: true, value };
}

function no(why: string): ReadValue {
  return { ok: false, why };
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
