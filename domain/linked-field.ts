import { nearest } from './nearest-name.ts';
import type { AttributeValue, LinkedValues } from './recipient.ts';

/** Merge fields of the agent and of linked records; `KIND` and `X` stand for a kind of records and the name of an attribute. */
export const linkedFields = [
  { field: 'agent.name', text: 'name of the agent who looks after the customer' },
  { field: 'agent.email', text: 'address of the agent' },
  { field: 'agent.phone', text: 'phone number of the agent' },
  { field: 'agent.attributes.X', text: 'any attribute of the agent' },
  {
    field: 'record.KIND.title',
    text: 'title of the linked record of this kind, such as `record.property.title`',
  },
  { field: 'record.KIND.link', text: 'its page, always http or https' },
  { field: 'record.KIND.externalId', text: 'what the other system calls it' },
  { field: 'record.KIND.attributes.X', text: 'any attribute of it' },
] as const;

type LinkedLookup = (linked: LinkedValues | null | undefined) => AttributeValue;

/** The lookup behind a path that begins with `agent` or `record`; null when there is no such field. Every kind has one. */
export function linkedLookup(path: readonly string[]): LinkedLookup | null {
  const [root, ...rest] = path;
  if (root === 'agent') return fieldLookup(rest, agentFields, (linked) => linked.agent);
  const [kind, ...field] = rest;
  if (root !== 'record' || kind === undefined || kind === '') return null;
  return fieldLookup(field, recordFields, ({ records }) =>
    Object.hasOwn(records, kind) ? (records[kind] ?? null) : null,
  );
}

/** What templates with logic see; values that are missing are left out. */
export function linkedScope({ agent, records }: LinkedValues): Record<string, unknown> {
  return {
    // There even without an agent, so that a missing value is named as the template names it.
    agent: agent === null ? {} : thingScope(agent, agentFields),
    record: Object.fromEntries(
      Object.entries(records).map(([kind, record]) => [kind, thingScope(record, recordFields)]),
    ),
  };
}

/** The field that comes nearest to one that begins with `agent` or `record`, with the kind that was written; null for others. */
export function nearestLinkedField(written: string): string | null {
  const [root = '', ...rest] = written.split('.');
  if (/^agents?$/i.test(root)) return `agent.${nearestOf(rest[0], agentFields)}`;
  if (!/^records?$/i.test(root)) return null;
  const kind = rest[0] === undefined || rest[0] === '' ? 'KIND' : rest[0];
  return `record.${kind}.${nearestOf(rest[1], recordFields)}`;
}

const agentFields = ['name', 'email', 'phone'] as const;
const recordFields = ['title', 'link', 'externalId'] as const;

type Attributes = Readonly<Record<string, AttributeValue>>;

/** An agent or a record: some fields of its own, and attributes. */
type Thing<Field extends string> = Readonly<Record<Field, string | null>> & {
  readonly attributes: Attributes;
};

function fieldLookup<Field extends string>(
  path: readonly string[],
  fields: readonly Field[],
  thingOf: (linked: LinkedValues) => Thing<Field> | null,
): LinkedLookup | null {
  const [name, attribute] = path;
  if (name === 'attributes' && attribute !== undefined && path.length === 2)
    return (linked) => ownValue(thing(linked, thingOf)?.attributes ?? {}, attribute);
  const field = fields.find((each) => each === name);
  if (field === undefined || path.length !== 1) return null;
  return (linked) => thing(linked, thingOf)?.[field] || null;
}

function thing<T>(linked: LinkedValues | null | undefined, of: (linked: LinkedValues) => T | null): T | null {
  return linked === null || linked === undefined ? null : of(linked);
}

function thingScope<Field extends string>(
  of: Thing<Field>,
  fields: readonly Field[],
): Record<string, unknown> {
  const own = fields.flatMap((field) => (of[field] ? [[field, of[field]]] : []));
  const attributes = Object.keys(of.attributes).flatMap((name) => {
    const value = ownValue(of.attributes, name);
    return value === null ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(own), attributes: Object.fromEntries(attributes) };
}

function nearestOf(written: string | undefined, fields: readonly string[]): string {
  if (written === undefined) return fields[0] ?? '';
  return /^attr/i.test(written) ? 'attributes.X' : nearest(written.toLowerCase(), fields);
}

function ownValue(attributes: Attributes, name: string): AttributeValue {
  const value = Object.hasOwn(attributes, name) ? attributes[name] : null;
  return value === undefined || value === '' ? null : value;
}
