import { sql, type RawBuilder } from 'kysely';
import { readField, type Field, type FieldType, type Owner } from '../domain/filter/field.ts';
import type { FieldCondition, Filter, HistoryCondition, LastMail } from '../domain/filter/filter.ts';
import { keyOf } from '../domain/filter/references.ts';
import { gotAnyDocument, isSuppressed } from './audience-checks.ts';
import { ago, compareField } from './field-sql.ts';
import type { FilterReferences } from './filter-references.ts';

export interface FilterFacts {
  /** The type of a field that the filter names. */
  readonly typeOf: (field: Field) => FieldType | null;
  readonly references: FilterReferences;
  /** What "older than" and "within last" count from. */
  readonly now: Date;
}

/**
 * A checked filter as one condition over the table alias `contact`; every value is a parameter.
 *
 * Implementation: `not` is pushed down to the single conditions, so that a positive one stays what an index can answer and null needs
 * no care but there (`is not true`). What is only about customers becomes one look at the customer, however it is joined; linked records
 * and history become semi joins, which PostgreSQL turns into whatever is cheapest: a look-up for each person or one hash of all.
 */
export function filterCondition(filter: Filter, facts: FilterFacts): RawBuilder<boolean> {
  return compile(filter, true, 'contact', facts);
}

/** `wanted` false: the condition that holds exactly where the filter does not. */
function compile(filter: Filter, wanted: boolean, scope: Owner, facts: FilterFacts): RawBuilder<boolean> {
  if (scope === 'contact' && isOnlyOfCustomer(filter)) return ofCustomer(filter, wanted, facts);
  if ('and' in filter || 'or' in filter) return join(filter, wanted, scope, facts);
  if ('not' in filter) return compile(filter.not, !wanted, scope, facts);
  if ('field' in filter) return ofField(filter, wanted, scope, facts);
  const found = 'record' in filter ? ofRecord(filter, facts) : ofHistory(filter, facts);
  return wanted ? found : sql<boolean>`not ${found}`;
}

function join(
  filter: { readonly and: readonly Filter[] } | { readonly or: readonly Filter[] },
  wanted: boolean,
  scope: Owner,
  facts: FilterFacts,
): RawBuilder<boolean> {
  const [word, all] = 'and' in filter ? (['and', filter.and] as const) : (['or', filter.or] as const);
  const parts = scope === 'contact' ? withCustomerAtOnce(word, all) : all;
  const between = (word === 'and') === wanted ? sql` and ` : sql` or `;
  return sql<boolean>`(${sql.join(
    parts.map((part) => compile(part, wanted, scope, facts)),
    between,
  )})`;
}

/** What is about the customer becomes one part. */
function withCustomerAtOnce(word: 'and' | 'or', parts: readonly Filter[]): readonly Filter[] {
  const ofCustomers = parts.filter(isOnlyOfCustomer);
  if (ofCustomers.length < 2) return parts;
  const joined: Filter = word === 'and' ? { and: ofCustomers } : { or: ofCustomers };
  return [joined, ...parts.filter((part) => !isOnlyOfCustomer(part))];
}

function isOnlyOfCustomer(filter: Filter): boolean {
  if ('and' in filter) return filter.and.every(isOnlyOfCustomer);
  if ('or' in filter) return filter.or.every(isOnlyOfCustomer);
  if ('not' in filter) return isOnlyOfCustomer(filter.not);
  return 'field' in filter && readField(filter.field)?.owner === 'customer';
}

/** Where it holds for those without a customer, it is the opposite that a customer is looked for with. */
function ofCustomer(filter: Filter, wanted: boolean, facts: FilterFacts): RawBuilder<boolean> {
  const holdsWithout = holdsForNobody(filter) === wanted;
  const test = compile(filter, holdsWithout ? !wanted : wanted, 'customer', facts);
  return sql<boolean>`${sql.raw(holdsWithout ? 'not ' : '')}exists (
    select from customer where customer.id = contact.customer_id and ${test})`;
}

/** What a filter says where nothing is known. */
function holdsForNobody(filter: Filter): boolean {
  if ('and' in filter) return filter.and.every(holdsForNobody);
  if ('or' in filter) return filter.or.some(holdsForNobody);
  if ('not' in filter) return !holdsForNobody(filter.not);
  return 'field' in filter && (filter.op === 'isEmpty' || filter.op === 'isNot' || filter.op === '!=');
}

function ofField(
  condition: FieldCondition,
  wanted: boolean,
  scope: Owner,
  facts: FilterFacts,
): RawBuilder<boolean> {
  const field = readField(condition.field, scope);
  const type = field === null ? null : facts.typeOf(field);
  if (field === null || type === null) throw new Error(`${condition.field} was not refused`);
  const { is, holds } = positive(condition);
  const test = compareField(is, field, type, facts.now);
  return holds === wanted ? test : sql<boolean>`(${test}) is not true`;
}

/** `isNot` and `!=` are the opposite of `is` and `=`. */
function positive(condition: FieldCondition): { readonly is: FieldCondition; readonly holds: boolean } {
  if (condition.op === 'isNot') return { is: { ...condition, op: 'is' }, holds: false };
  if (condition.op === '!=') return { is: { ...condition, op: '=' }, holds: false };
  return { is: condition, holds: true };
}

/** By the person's own links or by those of the customer: each becomes one hash of the links, or a look-up where few people are left. */
function ofRecord(filter: Extract<Filter, { record: string }>, facts: FilterFacts): RawBuilder<boolean> {
  const test = filter.with === undefined ? sql`true` : compile(filter.with, true, 'record', facts);
  const linked = (by: RawBuilder<unknown>): RawBuilder<unknown> => sql`exists (
    select from record join record_link link on link.record_id = record.id
    where record.kind = ${filter.record} and ${by} and ${test})`;
  return sql<boolean>`(${linked(sql`link.contact_id = contact.id`)} or ${linked(sql`link.customer_id = contact.customer_id`)})`;
}

/** Refusals that are about the address for good (domain/smtp-reply.ts). */
const bounces = ['userUnknown', 'domainUnknown', 'mailboxDisabled'];

function ofHistory(condition: HistoryCondition, { references, now }: FilterFacts): RawBuilder<boolean> {
  if ('received' in condition) {
    const { received } = condition;
    if ('campaign' in received)
      return gotMailOf(references.campaigns.get(keyOf({ name: received.campaign })));
    const { version } = received;
    const key = (name: string): string => keyOf(version === undefined ? { name } : { name, version });
    return 'document' in received
      ? gotAnyDocument(references.documents.get(key(received.document)) ?? [])
      : gotMailOf(references.templates.get(key(received.template)));
  }
  if ('lastMail' in condition) return ofLastMail(condition.lastMail, references, now);
  if ('responded' in condition)
    return sql<boolean>`exists (select from response r where r.contact_id = contact.id
      and r.campaign_id = any (${references.campaigns.get(keyOf({ name: condition.responded.campaign })) ?? []}::uuid[]))`;
  if ('bounced' in condition)
    return sql<boolean>`exists (select from delivery d
      where d.contact_id = contact.id and d.state = 'failed' and d.reason_code = any (${bounces}::text[]))`;
  if ('inWorkList' in condition) {
    const [listId = null] = references.workLists.get(keyOf({ name: condition.inWorkList })) ?? [];
    return sql<boolean>`exists (select from work_list_entry e where e.contact_id = contact.id and e.list_id = ${listId}::uuid)`;
  }
  const { stream } = condition.suppressed;
  return stream === undefined
    ? sql<boolean>`exists (select from suppression s where s.address = contact.address)`
    : isSuppressed(stream);
}

function gotMailOf(campaigns: readonly string[] = []): RawBuilder<boolean> {
  return sql<boolean>`exists (select from delivery d
    where d.contact_id = contact.id and d.campaign_id = any (${campaigns}::uuid[]) and d.state = 'sent')`;
}

function ofLastMail(last: LastMail, { streams }: FilterReferences, now: Date): RawBuilder<boolean> {
  const ofStream =
    last.stream === undefined
      ? sql``
      : sql` and d.campaign_id = any (${streams.get(last.stream) ?? []}::uuid[])`;
  const since =
    'never' in last
      ? sql``
      : sql` and d.sending_at >= ${ago('olderThan' in last ? last.olderThan : last.withinLast, now)}`;
  const exists = sql<boolean>`exists (select from delivery d where d.contact_id = contact.id and d.state = 'sent'${since}${ofStream})`;
  return 'withinLast' in last ? exists : sql<boolean>`not ${exists}`;
}
