import { columnKey, columnLimits } from './csv-columns.ts';

/** Fields of a contact that a column of a file can mean. The last three are the proof of the newsletter column. */
const contactFields = [
  'email',
  'externalId',
  'firstName',
  'lastName',
  'title',
  'salutation',
  'language',
  'timeZone',
  'newsletter',
  'newsletterAt',
  'newsletterHow',
  'newsletterWording',
] as const;
export type ContactField = (typeof contactFields)[number];

const customerFields = ['name', 'externalId'] as const;
export type CustomerField = (typeof customerFields)[number];

const recordFields = ['externalId', 'title', 'link'] as const;
type RecordField = (typeof recordFields)[number];

/** What a column means. In mappings it is written as a merge field is: `contact.firstName`, `record.order.attributes.city`, or `ignore`. */
export type ImportTarget =
  | { readonly of: 'nothing' }
  | { readonly of: 'contact'; readonly field: ContactField }
  | { readonly of: 'customer'; readonly field: CustomerField }
  | { readonly of: 'record'; readonly kind: string; readonly field: RecordField }
  | { readonly of: 'attribute'; readonly owner: AttributeOwner; readonly name: string };

/** Whose attribute; a record's with its kind. */
export type AttributeOwner =
  | { readonly of: 'contact' }
  | { readonly of: 'customer' }
  | { readonly of: 'record'; readonly kind: string };

/** Reads a target as mappings write it; null when it is none. */
export function readTarget(text: string): ImportTarget | null {
  if (text === 'ignore') return { of: 'nothing' };
  const parts = text.split('.');
  const [root, ...rest] = parts;
  if (root === 'record') {
    const [kind = '', ...more] = rest;
    if (!isName(kind)) return null;
    if (more.length === 1 && isOneOf(recordFields, more[0])) return { of: 'record', kind, field: more[0] };
    return attributeOf({ of: 'record', kind }, more);
  }
  if (root !== 'contact' && root !== 'customer') return null;
  const [field] = rest;
  if (rest.length === 1 && root === 'contact' && isOneOf(contactFields, field))
    return { of: 'contact', field };
  if (rest.length === 1 && root === 'customer' && isOneOf(customerFields, field))
    return { of: 'customer', field };
  return attributeOf({ of: root }, rest);
}

export function writeTarget(target: ImportTarget): string {
  switch (target.of) {
    case 'nothing':
      return 'ignore';
    case 'contact':
    case 'customer':
      return `${target.of}.${target.field}`;
    case 'record':
      return `record.${target.kind}.${target.field}`;
    case 'attribute':
      return `${writeOwner(target.owner)}.attributes.${target.name}`;
  }
}

/** `contact`, `customer` or `record.KIND`: under this name values of one row are kept together. */
export function writeOwner(owner: AttributeOwner): string {
  return owner.of === 'record' ? `record.${owner.kind}` : owner.of;
}

/** For messages: what may be written. */
export const targetForms =
  `contact.X with X one of ${contactFields.join(', ')}; customer.name, customer.externalId; record.KIND.externalId, .title, .link; ` +
  'contact.attributes.NAME, customer.attributes.NAME, record.KIND.attributes.NAME; or ignore';

function attributeOf(owner: AttributeOwner, rest: readonly string[]): ImportTarget | null {
  const [group, name = ''] = rest;
  return group === 'attributes' && rest.length === 2 && isName(name)
    ? { of: 'attribute', owner, name }
    : null;
}

/** Names are written as templates write them: lower-case letters, digits, `_` between them. */
function isName(name: string): boolean {
  return name !== '' && name.length <= columnLimits.columnName && columnKey(name) === name;
}

function isOneOf<const T extends string>(names: readonly T[], name: string | undefined): name is T {
  const all: readonly (string | undefined)[] = names;
  return all.includes(name);
}
