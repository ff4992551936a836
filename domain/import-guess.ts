import type { AttributeType } from './attribute.ts';
import { readYesNo } from './csv-columns.ts';
import type { DateOrder } from './import-cell.ts';

/** What the values of a column seem to be. `choices` of a choice; `dates` and `decimal` where they can be written in several ways. */
export interface ColumnGuess {
  readonly type: AttributeType | 'email';
  readonly choices: readonly string[] | null;
  readonly dates: DateOrder | null;
  readonly decimal: 'point' | 'comma' | null;
  /** Values that are not empty. */
  readonly filled: number;
}

/**
 * Looks at the values of one column. Every value that is not empty must fit, else it is text: a guess that is wrong would refuse rows.
 * Only of addresses some may be none: there are always a few, and they are refused anyway.
 * What looks like a number but is none (a leading zero or +, more than 15 digits) is text: postcodes, phone numbers, account numbers.
 */
export class ColumnTally {
  readonly #could = new Set<Form>(forms);
  readonly #distinct = new Map<string, string>();
  #filled = 0;
  #addresses = 0;
  #longest = 0;
  #repeats = true;
  /** Some value decides how all are to be read: 13.5.2026 has its day first. */
  #decided: { dates: DateOrder | null; decimal: 'point' | 'comma' | null } = { dates: null, decimal: null };

  add(cell: string, native: boolean): void {
    const text = cell.trim();
    if (text === '') return;
    this.#filled++;
    this.#longest = Math.max(this.#longest, text.length);
    this.#count(text);
    if (/^[^\s@"]+@[^\s@]+\.[^\s@]+$/.test(text)) this.#addresses++;
    for (const form of this.#could)
      if (!(form === 'point' && native) && !fits[form](text)) this.#could.delete(form);
    if (this.#could.has('dmy') || this.#could.has('mdy')) this.#decideDates(text);
    if (this.#could.has('comma') && text.includes(',')) this.#decided.decimal = 'comma';
  }

  guess(): ColumnGuess {
    const none = { choices: null, dates: null, decimal: null, filled: this.#filled };
    if (this.#filled === 0) return { ...none, type: 'text' };
    if (this.#addresses * 5 >= this.#filled * 4) return { ...none, type: 'email' };
    if (this.#could.has('yesNo')) return { ...none, type: 'yesNo' };
    const dates = this.#dateOrder();
    if (dates !== undefined) return { ...none, type: 'date', dates };
    if (this.#could.has('point')) return { ...none, type: 'number' };
    if (this.#could.has('comma')) return { ...none, type: 'number', decimal: 'comma' };
    const few =
      this.#repeats && this.#filled >= 20 && this.#distinct.size * 5 <= this.#filled && this.#longest <= 40;
    return few
      ? { ...none, type: 'choice', choices: [...this.#distinct.values()].sort() }
      : { ...none, type: 'text' };
  }

  #count(text: string): void {
    if (!this.#repeats) return;
    const key = text.toLowerCase();
    if (!this.#distinct.has(key)) this.#distinct.set(key, text);
    if (this.#distinct.size > mostChoices) {
      this.#repeats = false;
      this.#distinct.clear();
    }
  }

  #decideDates(text: string): void {
    const [first = 0, second = 0] = (/^(\d{1,2})[./-](\d{1,2})[./-]\d{4}/.exec(text) ?? [])
      .slice(1)
      .map(Number);
    if (first > 12 || (text.includes('.') && first > 0)) this.#decided.dates = 'dmy';
    else if (second > 12) this.#decided.dates = 'mdy';
  }

  /** Undefined: no dates. Null: all are written year first. Dates that nothing decides are text. */
  #dateOrder(): DateOrder | null | undefined {
    if (this.#could.has('ymd')) return null;
    const { dates } = this.#decided;
    return dates !== null && this.#could.has(dates) ? dates : undefined;
  }
}

type Form = 'yesNo' | 'ymd' | 'dmy' | 'mdy' | 'point' | 'comma';

/** More different values than these are no choice. */
const mostChoices = 12;

const midnight = '(?:[T ]00:00(?::00(?:\\.0+)?)?Z?)?';
const iso = new RegExp(`^\\d{4}-\\d\\d-\\d\\d${midnight}$`);
const anyDate = /^(?:\d{4}-\d\d-\d\d|\d{1,2}([./-])\d{1,2}\1\d{4})$/;

const fits: Readonly<Record<Form, (text: string) => boolean>> = {
  // Digits and single letters mean something else as often as not.
  yesNo: (text) => text.length > 1 && /^\p{L}+$/u.test(text) && typeof readYesNo(text) === 'boolean',
  ymd: (text) => iso.test(text),
  dmy: (text) => anyDate.test(text) && dayAndMonth(text, 0),
  mdy: (text) => anyDate.test(text) && !text.includes('.') && dayAndMonth(text, 1),
  point: (text) => /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text) && digits(text) <= 15,
  comma: (text) => /^-?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:\.\d{3})+)(?:,\d+)?$/.test(text) && digits(text) <= 15,
};
const forms: readonly Form[] = ['yesNo', 'ymd', 'dmy', 'mdy', 'point', 'comma'];

function digits(text: string): number {
  return text.replaceAll(/\D/g, '').length;
}

function dayAndMonth(text: string, dayAt: 0 | 1): boolean {
  if (iso.test(text)) return true;
  const parts = text.split(/[./-]/).map(Number);
  const day = parts[dayAt] ?? 0;
  const month = parts[1 - dayAt] ?? 0;
  return day >= 1 && day <= 31 && month >= 1 && month <= 12;
}
