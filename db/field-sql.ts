import { domainToASCII } from 'node:url';
import { sql, type RawBuilder } from 'kysely';
import { asciiDomain } from '../domain/email-address.ts';
import type { Field, FieldType, Owner } from '../domain/filter/field.ts';
import { spanMs, type FieldCondition } from '../domain/filter/filter.ts';

/** A condition that is true; false and null both mean that it is not. */
type Test = RawBuilder<boolean>;

/**
 * One comparison as SQL over the table aliases `contact`, `customer` and `record`. `isNot` and `!=` are not here: they are the opposite
 * of `is` and `=`.
 */
export function compareField(
  condition: FieldCondition,
  field: Field,
  type: FieldType,
  now: Date,
): RawBuilder<boolean> {
  if (field.isAttribute) return compareAttribute(condition, attributesOf(field.owner), field.name, type, now);
  if (field.name === 'newsletter') return compareNewsletter(condition);
  if (field.name === 'createdAt') return compareInstant(condition, sql`contact.created_at`, now);
  return compareText(condition, textOf(field));
}

/** Text of a column: what it is compared by, and how a value is brought into the same form. */
interface TextColumn {
  readonly is: RawBuilder<unknown>;
  readonly lower: RawBuilder<unknown>;
  readonly form: (value: string) => string;
  /** An index on the lower case form narrows "is", too. */
  readonly byLower: boolean;
}

const asWritten = (value: string): string => value;
const toLower = (value: string): string => value.normalize('NFC').toLowerCase();

function textOf({ owner, name }: Field): TextColumn {
  const key = `${owner}.${name}`;
  if (key === 'contact.email') {
    const address = sql`contact.address`;
    return { is: address, lower: address, form: addressForm, byLower: false };
  }
  if (key === 'contact.domain') {
    const domain = sql`split_part(contact.address, '@', 2)`;
    return { is: domain, lower: domain, form: domainForm, byLower: false };
  }
  const column = sql.ref(`${owner}.${columnOf[name] ?? name}`);
  return {
    is: column,
    lower: sql`lower(${column})`,
    form: asWritten,
    byLower: key === 'contact.firstName' || key === 'contact.lastName',
  };
}

const columnOf: Readonly<Record<string, string>> = {
  firstName: 'first_name',
  lastName: 'last_name',
  timeZone: 'time_zone',
  externalId: 'external_id',
};

function addressForm(value: string): string {
  const at = value.lastIndexOf('@');
  return at < 0
    ? toLower(value.trim())
    : `${toLower(value.slice(0, at).trim())}@${domainForm(value.slice(at + 1))}`;
}

function domainForm(value: string): string {
  return asciiDomain(value.trim().normalize('NFC'), domainToASCII);
}

function compareText(condition: FieldCondition, { is, lower, form, byLower }: TextColumn): Test {
  if (condition.op === 'is') {
    const value = form(String(condition.value));
    const test = sql<boolean>`${is} = ${value}`;
    return byLower ? sql<boolean>`(${lower} = lower(${value}) and ${test})` : test;
  }
  if (condition.op === 'in') return sql<boolean>`${is} = any (${condition.value.map(form)}::text[])`;
  if (condition.op === 'contains') return sql<boolean>`strpos(${lower}, lower(${condition.value})) > 0`;
  if (condition.op === 'startsWith') return sql<boolean>`${lower} like lower(${likePrefix(condition.value)})`;
  if (condition.op === 'isEmpty') return sql<boolean>`coalesce(${is}, '') = ''`;
  throw unfit(condition);
}

function likePrefix(text: string): string {
  return `${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
}

function compareNewsletter(condition: FieldCondition): Test {
  if (condition.op === 'isEmpty') return sql<boolean>`contact.newsletter is null`;
  if (condition.op !== 'is') throw unfit(condition);
  return condition.value === true ? sql<boolean>`contact.newsletter` : sql<boolean>`not contact.newsletter`;
}

const dayMs = 86_400_000;

/** Days are those of UTC. */
function compareInstant(condition: FieldCondition, at: RawBuilder<unknown>, now: Date): Test {
  const day = (text: string, days = 0): Date => new Date(Date.parse(`${text}T00:00:00Z`) + days * dayMs);
  if (condition.op === 'on')
    return sql<boolean>`(${at} >= ${day(condition.value)} and ${at} < ${day(condition.value, 1)})`;
  if (condition.op === 'before') return sql<boolean>`${at} < ${day(condition.value)}`;
  if (condition.op === 'after') return sql<boolean>`${at} >= ${day(condition.value, 1)}`;
  if (condition.op === 'olderThan') return sql<boolean>`${at} < ${ago(condition.value, now)}`;
  if (condition.op === 'withinLast')
    return sql<boolean>`(${at} >= ${ago(condition.value, now)} and ${at} <= ${now})`;
  if (condition.op === 'isEmpty') return sql<boolean>`${at} is null`;
  throw unfit(condition);
}

/** The instant that lies so long before `now`. */
export function ago(span: string, now: Date): Date {
  return new Date(Math.max(now.getTime() - (spanMs(span) ?? 0), Date.UTC(1, 0)));
}

function attributesOf(owner: Owner): RawBuilder<unknown> {
  return sql.ref(`${owner}.attributes`);
}

/** As many values are looked up one by one in the index; for more, rows are compared with all of them at once. */
const fewValues = 20;

function compareAttribute(
  condition: FieldCondition,
  attributes: RawBuilder<unknown>,
  name: string,
  type: FieldType,
  now: Date,
): Test {
  const value = sql`${attributes} -> ${name}`;
  const text = sql`${attributes} ->> ${name}`;
  const has = (is: unknown): Test => sql<boolean>`${attributes} @> ${JSON.stringify({ [name]: is })}::jsonb`;
  if (condition.op === 'isEmpty') return sql<boolean>`coalesce(${text}, '') = ''`;
  if (condition.op === 'is' || condition.op === '=') return has(condition.value);
  if (condition.op === 'in') {
    if (condition.value.length <= fewValues)
      return sql<boolean>`(${sql.join(condition.value.map(has), sql` or `)})`;
    return sql<boolean>`${value} = any (${condition.value.map((each) => JSON.stringify(each))}::jsonb[])`;
  }
  if (condition.op === 'contains')
    return sql<boolean>`(jsonb_typeof(${value}) = 'string' and strpos(lower(${text}), lower(${condition.value})) > 0)`;
  if (condition.op === 'startsWith')
    return sql<boolean>`(jsonb_typeof(${value}) = 'string' and starts_with(lower(${text}), lower(${condition.value})))`;
  return type === 'date' ? compareDay(condition, text, now) : compareNumber(condition, value);
}

/** jsonb compares numbers as numbers, but any other type with them, too. */
function compareNumber(condition: FieldCondition, value: RawBuilder<unknown>): Test {
  const isNumber = sql`jsonb_typeof(${value}) = 'number'`;
  if (condition.op === 'between') {
    const [from, to] = condition.value.map((each) => JSON.stringify(each));
    return sql<boolean>`(${isNumber} and ${value} between ${from}::jsonb and ${to}::jsonb)`;
  }
  const operator = orders.find((each) => each === condition.op);
  if (operator === undefined || !('value' in condition)) throw unfit(condition);
  return sql<boolean>`(${isNumber} and ${value} ${sql.raw(operator)} ${JSON.stringify(condition.value)}::jsonb)`;
}

const orders = ['<', '<=', '>', '>='] as const;

/** Dates are kept as text, 2026-12-31 with or without a time behind it: in this form they sort as days do. */
function compareDay(condition: FieldCondition, text: RawBuilder<unknown>, now: Date): Test {
  // Looked at last: it costs more than the rest.
  const isDate = sql`${text} ~ '^\\d{4}-\\d\\d-\\d\\d'`;
  const day = sql`left(${text}, 10) collate "C"`;
  const test = (how: RawBuilder<unknown>): Test => sql<boolean>`(${day} ${how} and ${isDate})`;
  const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
  if (condition.op === 'on') return test(sql`= ${condition.value}`);
  if (condition.op === 'before') return test(sql`< ${condition.value}`);
  if (condition.op === 'after') return test(sql`> ${condition.value}`);
  if (condition.op === 'olderThan') return test(sql`< ${dayOf(ago(condition.value, now))}`);
  if (condition.op === 'withinLast')
    return test(sql`between ${dayOf(ago(condition.value, now))} and ${dayOf(now)}`);
  throw unfit(condition);
}

/** Filters are checked before they come here (domain/filter/check-filter.ts). */
function unfit({ field, op }: FieldCondition): Error {
  return new Error(`"${op}" was not refused for ${field}`);
}
