import { readField, type Field } from '../../../domain/filter/field.ts';
import type { FieldCondition, Filter, HistoryCondition } from '../../../domain/filter/filter.ts';
import { declared, worldNow, type FilterWorld, type WorldContact, type WorldRecord } from './filter-world.ts';

/** What a filter means, worked out person by person in the plainest way; knows nothing of SQL. */
export function naively(filter: Filter, contact: WorldContact, world: FilterWorld): boolean {
  return holds(filter, { contact, world, record: null });
}

interface Looked {
  readonly contact: WorldContact;
  readonly world: FilterWorld;
  /** Inside of "with". */
  readonly record: WorldRecord | null;
}

function holds(filter: Filter, at: Looked): boolean {
  if ('and' in filter) return filter.and.every((part) => holds(part, at));
  if ('or' in filter) return filter.or.some((part) => holds(part, at));
  if ('not' in filter) return !holds(filter.not, at);
  if ('field' in filter) return compare(filter, at);
  if ('record' in filter)
    return at.world.records.some(
      (record) =>
        record.kind === filter.record &&
        record.links.some(
          ({ contact, customer }) =>
            contact === at.contact.id || (customer !== null && customer === at.contact.customer),
        ) &&
        (filter.with === undefined || holds(filter.with, { ...at, record })),
    );
  return happened(filter, at);
}

function compare(condition: FieldCondition, at: Looked): boolean {
  const field = readField(condition.field, at.record === null ? 'contact' : 'record');
  if (field === null) throw new Error(condition.field);
  const value = valueOf(field, at);
  const type = declared.find(({ owner, name }) => owner === field.owner && name === field.name)?.type;
  const { op } = condition;
  if (op === 'isEmpty') return value === null || value === undefined || value === '';
  if (op === 'is' || op === '=') return value === condition.value;
  if (op === 'isNot' || op === '!=') return value !== condition.value;
  const isDate = type === 'date' || field.name === 'createdAt';
  if (isDate) return compareDate(condition, value);
  return type === 'number' ? compareNumber(condition, value) : compareText(condition, value);
}

function compareText(condition: FieldCondition, value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const lower = value.toLowerCase();
  if (condition.op === 'in') return condition.value.includes(value);
  if (condition.op === 'contains') return lower.includes(condition.value.toLowerCase());
  return condition.op === 'startsWith' && lower.startsWith(condition.value.toLowerCase());
}

function compareNumber(condition: FieldCondition, value: unknown): boolean {
  if (typeof value !== 'number') return false;
  if (condition.op === 'between') return value >= condition.value[0] && value <= condition.value[1];
  if (condition.op === '<') return value < condition.value;
  if (condition.op === '<=') return value <= condition.value;
  if (condition.op === '>') return value > condition.value;
  return condition.op === '>=' && value >= condition.value;
}

function compareDate(condition: FieldCondition, value: unknown): boolean {
  if (!('value' in condition) || typeof condition.value !== 'string') throw new Error(condition.op);
  if (value instanceof Date && condition.op === 'olderThan') return ageMs(value) > spanOf(condition.value);
  if (value instanceof Date && condition.op === 'withinLast') return ageMs(value) <= spanOf(condition.value);
  const day = value instanceof Date ? dayOf(value) : typeof value === 'string' ? value.slice(0, 10) : '';
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return false;
  if (condition.op === 'on') return day === condition.value;
  if (condition.op === 'before') return day < condition.value;
  if (condition.op === 'after') return day > condition.value;
  const since = dayOf(new Date(worldNow.getTime() - spanOf(condition.value)));
  return condition.op === 'olderThan' ? day < since : day >= since && day <= dayOf(worldNow);
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

function ageMs(at: Date): number {
  return worldNow.getTime() - at.getTime();
}

function spanOf(span: string): number {
  return Number.parseInt(span, 10) * (span.endsWith('d') ? 24 : 1) * 3_600_000;
}

function valueOf({ owner, name, isAttribute }: Field, { contact, world, record }: Looked): unknown {
  const customer = world.customers.find(({ id }) => id === contact.customer);
  const of = owner === 'contact' ? contact : owner === 'customer' ? customer : record;
  if (isAttribute) return of?.attributes[name];
  if (name === 'domain') return contact.email.split('@')[1];
  return of === undefined || of === null ? undefined : Object.entries(of).find(([key]) => key === name)?.[1];
}

function happened(condition: HistoryCondition, { contact, world }: Looked): boolean {
  const { deliveries, campaigns } = world;
  const sent = deliveries
    .filter((row) => row.contact === contact.id && row.state === 'sent')
    .map((row) => ({ ...row, of: campaigns.find(({ id }) => id === row.campaign) }));
  if ('lastMail' in condition) {
    const { lastMail } = condition;
    const mails = sent.filter(({ of }) => lastMail.stream === undefined || of?.stream === lastMail.stream);
    const youngest = Math.min(...mails.map(({ sendingAt }) => ageMs(sendingAt ?? new Date(0))));
    if ('never' in lastMail) return mails.length === 0;
    return 'olderThan' in lastMail
      ? youngest > spanOf(lastMail.olderThan)
      : youngest <= spanOf(lastMail.withinLast);
  }
  if ('bounced' in condition)
    return deliveries.some(
      ({ contact: who, state, reason }) =>
        who === contact.id && state === 'failed' && reason === 'userUnknown',
    );
  if ('suppressed' in condition) {
    const { stream } = condition.suppressed;
    return world.suppressions.some(
      (row) =>
        row.address === contact.email &&
        (stream === undefined || row.stream === null || row.stream === stream),
    );
  }
  if ('inWorkList' in condition)
    return world.entries.some((row) => row.contact === contact.id && row.list === condition.inWorkList);
  if ('responded' in condition)
    return world.responses.some(
      (row) =>
        row.contact === contact.id &&
        campaigns.some(({ id, name }) => id === row.campaign && name === condition.responded.campaign),
    );
  const { received } = condition;
  if ('campaign' in received)
    return sent.some(({ of }) => of?.name === received.campaign || of?.id === received.campaign);
  if ('template' in received)
    return sent.some(({ of }) =>
      world.templateVersions.some(
        ({ id, template, number }) =>
          id === of?.templateVersion &&
          template === received.template &&
          number === (received.version ?? number),
      ),
    );
  return world.receipts.some(
    (row) =>
      row.contact === contact.id &&
      world.documents.some(
        ({ id, title, version }) =>
          id === row.document &&
          (title === received.document || id === received.document) &&
          version === (received.version ?? version),
      ),
  );
}
