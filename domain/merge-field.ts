import { sayTime, type MailEvent } from './event-times.ts';
import { linkedFields, linkedLookup, linkedScope, nearestLinkedField } from './linked-field.ts';
import type { AttributeValue, Recipient } from './recipient.ts';
import { greetingOf } from './salutation.ts';

/** What a template may speak of: one person and the campaign that writes to them. */
export interface MergeSource {
  readonly recipient: Recipient;
  readonly campaignName: string;
  /** Null: the mail has no response links. */
  readonly links?: ResponseLinks | null;
  /** The appointment that goes with the mail; null: none does. */
  readonly event?: MailEvent | null;
}

/** The response links that the mails of one campaign may use. */
export interface ResponseLinks {
  readonly names: readonly string[];
  /** The address of one person's link: a pure function, so that a mail that is built again is the same. */
  urlOf(contactId: string, name: string): string;
}

export interface MergeField {
  /** As written in a template; `X` stands for the name of an attribute. */
  readonly field: string;
  readonly text: string;
}

/** Every field that a template may use; anything else is refused when the draft is saved. */
export const mergeFields: readonly MergeField[] = [
  { field: 'contact.firstName', text: 'first name' },
  { field: 'contact.lastName', text: 'last name' },
  { field: 'contact.title', text: 'academic or other title, such as Dr.' },
  { field: 'contact.email', text: 'address the mail goes to' },
  { field: 'contact.salutation', text: 'a whole greeting by language and form of address' },
  { field: 'contact.attributes.X', text: 'any other column of the import' },
  { field: 'customer.name', text: 'name of the organisation' },
  { field: 'customer.attributes.X', text: 'any attribute of the organisation' },
  ...linkedFields,
  { field: 'campaign.name', text: 'name of the campaign' },
  { field: 'event.start', text: 'begin of the appointment on the recipient’s clock, in their language' },
  { field: 'event.end', text: 'the same for its end' },
  { field: 'event.summary', text: 'what the appointment is' },
  { field: 'event.location', text: 'where the appointment is' },
  { field: 'links.done', text: 'address of a page on which the recipient says: done' },
  { field: 'links.needHelp', text: 'the same for: I need help' },
  { field: 'links.X', text: 'the same for a link that the campaign declares in `responseLinks`' },
];

/** Reads one value; null when this person has none. An empty string counts as none. */
export type MergeLookup = (source: MergeSource) => AttributeValue;

/**
 * The lookup behind a path such as `['contact', 'attributes', 'city']`, or null when there is no such field. Any name of
 * a link has one: which links a mail may use is its campaign's affair.
 */
export function mergeLookup(path: readonly string[]): MergeLookup | null {
  const [root, group, name] = path;
  if (root === 'links') return group !== undefined && path.length === 2 ? linkLookup(group) : null;
  if (root === 'agent' || root === 'record') {
    const lookup = linkedLookup(path);
    return lookup && (({ recipient }) => lookup(recipient.linked));
  }
  if (group === 'attributes' && name !== undefined && path.length === 3) return attributeLookup(root, name);
  const plain = plainLookups.get(path.join('.'));
  return plain === undefined || path.length !== 2 ? null : plain;
}

/** A person's values in the shape that templates see. Missing ones are left out, so that a template's use of them is noticed. */
export function mergeScope(source: MergeSource): Record<string, unknown> {
  const { attributes, customer } = source.recipient;
  const scope = {
    contact: { attributes: present(attributes) },
    customer: { attributes: present(customer?.attributes ?? {}) },
    campaign: {},
    ...(source.recipient.linked ? linkedScope(source.recipient.linked) : {}),
    event: {},
    ...(source.links ? { links: linkScope(source, source.links) } : {}),
  };
  for (const [root, name, lookup] of scopeEntries) {
    const value = lookup(source);
    if (value !== null) Object.assign(scope[root], { [name]: value });
  }
  return scope;
}

/** The known field that comes nearest to what was written, for "did you mean". */
export function nearestField(written: string): string {
  const attribute = /^(contact|customer)\.attributes?\b/i.exec(written);
  if (attribute !== null) return `${String(attribute[1]).toLowerCase()}.attributes.X`;
  if (/^link\b/i.test(written)) return 'links.X';
  const linked = nearestLinkedField(written);
  if (linked !== null) return linked;
  const wanted = squeeze(written);
  const ranked = mergeFields
    .filter(({ field }) => !/\.X$|^record\./.test(field))
    .map(({ field }) => ({ field, distance: distanceBetween(wanted, squeeze(field)) }));
  const [first] = ranked.sort((one, other) => one.distance - other.distance);
  return first?.field ?? 'contact.firstName';
}

const plainLookups = new Map<string, MergeLookup>([
  ['contact.firstName', ({ recipient }) => recipient.firstName || null],
  ['contact.lastName', ({ recipient }) => recipient.lastName || null],
  ['contact.title', ({ recipient }) => recipient.title || null],
  ['contact.email', ({ recipient }) => recipient.email],
  ['contact.salutation', ({ recipient }) => greetingOnce(recipient)],
  ['customer.name', ({ recipient }) => recipient.customer?.name || null],
  ['campaign.name', ({ campaignName }) => campaignName],
  ['event.start', ({ event, recipient }) => (event ? sayTime(event.start, recipient, event.timeZone) : null)],
  ['event.end', ({ event, recipient }) => (event ? sayTime(event.end, recipient, event.timeZone) : null)],
  ['event.summary', ({ event }) => event?.summary ?? null],
  ['event.location', ({ event }) => event?.location ?? null],
]);

/** Subject, text and HTML ask for the same person's greeting in turn; making it takes longer than all the other fields together. */
function greetingOnce(recipient: Recipient): string {
  if (recipient !== lastGreeting.recipient) lastGreeting = { recipient, greeting: greetingOf(recipient) };
  return lastGreeting.greeting;
}

let lastGreeting: { readonly recipient: Recipient | null; readonly greeting: string } = {
  recipient: null,
  greeting: '',
};

/** The same fields, cut for building a scope. */
const scopeEntries = [...plainLookups].map(([field, lookup]): [MergeRoot, string, MergeLookup] => {
  const [root, name = ''] = field.split('.');
  return [root === 'contact' || root === 'customer' || root === 'event' ? root : 'campaign', name, lookup];
});

type MergeRoot = 'contact' | 'customer' | 'campaign' | 'event';

function attributeLookup(root: string | undefined, name: string): MergeLookup | null {
  if (root === 'contact') return ({ recipient }) => ownValue(recipient.attributes, name);
  if (root === 'customer') return ({ recipient }) => ownValue(recipient.customer?.attributes ?? {}, name);
  return null;
}

function linkLookup(name: string): MergeLookup {
  return ({ recipient, links }) =>
    links?.names.includes(name) ? links.urlOf(recipient.contactId, name) : null;
}

function linkScope({ recipient }: MergeSource, links: ResponseLinks): Record<string, string> {
  return Object.fromEntries(links.names.map((name) => [name, links.urlOf(recipient.contactId, name)]));
}

function ownValue(attributes: Readonly<Record<string, AttributeValue>>, name: string): AttributeValue {
  const value = Object.hasOwn(attributes, name) ? attributes[name] : null;
  return value === undefined || value === '' ? null : value;
}

function present(attributes: Readonly<Record<string, AttributeValue>>): Record<string, AttributeValue> {
  const scope: Record<string, AttributeValue> = {};
  for (const name in attributes) {
    const value = ownValue(attributes, name);
    if (value !== null) scope[name] = value;
  }
  return scope;
}

function squeeze(field: string): string {
  return field.toLowerCase().replaceAll(/[\s_-]/g, '');
}

/** Levenshtein distance, one row at a time. */
function distanceBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const change = (row[j] ?? 0) + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
