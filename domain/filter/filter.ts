/**
 * Whom a mailing is for, as a condition over a contact, its customer, the records linked to either, and what they got before.
 * This is the JSON form; print-filter.ts and parse-filter.ts know the same as one line of text.
 *
 * Semantics: every condition is true or false of a person. What is not known (no value, a value of another type, no customer) makes a
 * condition false; `isNot`, `!=` and `not` are its opposite, so they are true for whom nothing is known.
 */
export type Filter =
  | { readonly and: readonly Filter[] }
  | { readonly or: readonly Filter[] }
  | { readonly not: Filter }
  | Condition;

type Condition = FieldCondition | RecordCondition | HistoryCondition;

/** `field` is a path of field.ts. Which operator fits depends on the field's type (check-filter.ts). */
export type FieldCondition =
  | { readonly field: string; readonly op: 'is' | 'isNot'; readonly value: string | boolean }
  | { readonly field: string; readonly op: 'contains' | 'startsWith'; readonly value: string }
  | { readonly field: string; readonly op: 'in'; readonly value: readonly string[] }
  | { readonly field: string; readonly op: 'isEmpty' }
  | { readonly field: string; readonly op: NumberOperator; readonly value: number }
  | { readonly field: string; readonly op: 'between'; readonly value: readonly [number, number] }
  /** A day, `2026-12-31`. */
  | { readonly field: string; readonly op: 'on' | 'before' | 'after'; readonly value: string }
  | { readonly field: string; readonly op: 'olderThan' | 'withinLast'; readonly value: Span };

export type NumberOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** Days or hours: `90d`, `12h`. */
export type Span = string;

/** A record of that kind is linked to the contact or to its customer. `with`: conditions on fields of that record only. */
interface RecordCondition {
  readonly record: string;
  readonly with?: Filter;
}

/** Documents, campaigns, templates and work lists are named by id or by title or name. */
export type HistoryCondition =
  | { readonly received: Received }
  | { readonly lastMail: LastMail }
  | { readonly responded: { readonly campaign: string } }
  | { readonly bounced: true }
  | { readonly suppressed: { readonly stream?: string } }
  | { readonly inWorkList: string };

/** Without `version` any version of the title counts. */
export type Received =
  | { readonly document: string; readonly version?: number }
  | { readonly campaign: string }
  | { readonly template: string; readonly version?: number };

/** `olderThan` is also true for who never got one. Without `stream` every mail counts. */
export type LastMail =
  | { readonly olderThan: Span; readonly stream?: string }
  | { readonly withinLast: Span; readonly stream?: string }
  | { readonly never: true; readonly stream?: string };

const hourMs = 3_600_000;

/** Milliseconds of a span; null when it is none. */
export function spanMs(span: Span): number | null {
  const [, count, unit] = /^([1-9]\d{0,4})([dh])$/.exec(span) ?? [];
  return count === undefined ? null : Number(count) * (unit === 'd' ? 24 * hourMs : hourMs);
}
