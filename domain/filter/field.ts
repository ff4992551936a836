/** Of whom a field is. */
export type Owner = 'contact' | 'customer' | 'record';
export type FieldType = 'text' | 'number' | 'date' | 'yesNo' | 'choice';

/** A field that a filter may name: one that every owner has, or an attribute. */
export interface Field {
  readonly owner: Owner;
  readonly name: string;
  readonly isAttribute: boolean;
}

/** What every contact, customer and record has, with its type. */
export const ownFields: Readonly<Record<Owner, Readonly<Record<string, FieldType>>>> = {
  contact: {
    email: 'text',
    domain: 'text',
    firstName: 'text',
    lastName: 'text',
    title: 'text',
    salutation: 'text',
    language: 'text',
    timeZone: 'text',
    newsletter: 'yesNo',
    externalId: 'text',
    createdAt: 'date',
  },
  customer: { name: 'text', externalId: 'text' },
  record: { externalId: 'text', title: 'text' },
};

const owners: readonly Owner[] = ['contact', 'customer', 'record'];
const attributePrefix = 'attributes.';

/**
 * Reads `contact.firstName`, `customer.category`, `contact.attributes.title`. A bare name is one of `bare`'s fields; null when it is no
 * path. Own fields come before attributes of the same name, which are written with `attributes.`.
 */
export function readField(path: string, bare: Owner = 'contact'): Field | null {
  const dot = path.indexOf('.');
  const owner = owners.find((each) => each === path.slice(0, Math.max(0, dot)));
  if (owner !== undefined) return fieldOf(owner, path.slice(dot + 1));
  const isOwn = Object.hasOwn(ownFields[bare], path);
  if (isOwn) return { owner: bare, name: path, isAttribute: false };
  return bare === 'record' ? fieldOf(bare, path) : null;
}

function fieldOf(owner: Owner, rest: string): Field | null {
  if (rest === '') return null;
  if (rest.startsWith(attributePrefix)) {
    const name = rest.slice(attributePrefix.length);
    return name === '' ? null : { owner, name, isAttribute: true };
  }
  return { owner, name: rest, isAttribute: !Object.hasOwn(ownFields[owner], rest) };
}

/** The one way to write a field; `readField` reads it back. */
export function fieldPath({ owner, name, isAttribute }: Field): string {
  const mustSay = isAttribute && (Object.hasOwn(ownFields[owner], name) || name.startsWith(attributePrefix));
  return `${owner}.${mustSay ? attributePrefix : ''}${name}`;
}

/** The type of a field, or null when it is neither an own one nor a declared attribute. */
export function fieldType(
  attributes: readonly { readonly owner: Owner; readonly name: string; readonly type: FieldType }[],
): (field: Field) => FieldType | null {
  const types = new Map(attributes.map(({ owner, name, type }) => [`${owner}.${name}`, type]));
  return ({ owner, name, isAttribute }) =>
    (isAttribute ? types.get(`${owner}.${name}`) : ownFields[owner][name]) ?? null;
}
