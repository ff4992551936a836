import { listUsedAttributes } from '../../db/attributes.ts';
import { listContacts, type Contact } from '../../db/contacts.ts';
import type { Database } from '../../db/open.ts';
import type { AttributeType } from '../../domain/attribute.ts';
import type { Cell, Sheet } from './cell.ts';

/** Contacts read at once: what an export holds of them. */
const pageSize = 1_000;

/**
 * Everybody (or those whom `q` finds) as a sheet, with the columns that an import reads; one column for each attribute that somebody
 * has. Read in pages by the order of addresses: a contact that is added or removed meanwhile is in it or not, all others are once.
 */
export async function contactSheet(db: Database, q: string | undefined): Promise<Sheet> {
  const attributes = await listUsedAttributes(db, 'contact');
  const own = ownColumns.map(({ title }) => title);
  return {
    header: [...own, ...attributes.map(({ name }) => attributeTitle(name, own))],
    pages: contactPages(db, q, attributes),
  };
}

interface UsedAttribute {
  readonly name: string;
  readonly type: AttributeType | null;
}

async function* contactPages(
  db: Database,
  q: string | undefined,
  attributes: readonly UsedAttribute[],
): AsyncGenerator<Cell[][]> {
  let after: string | null = null;
  for (;;) {
    const contacts: Contact[] = await listContacts(db, { q, after, limit: pageSize, all: true });
    if (contacts.length > 0) yield contacts.map((contact) => cellsOf(contact, attributes));
    if (contacts.length < pageSize) return;
    after = contacts.at(-1)?.address ?? null;
  }
}

const ownColumns: readonly { readonly title: string; readonly of: (contact: Contact) => Cell }[] = [
  { title: 'external_id', of: ({ externalId }) => externalId },
  { title: 'email', of: ({ email }) => email },
  { title: 'first_name', of: ({ firstName }) => firstName },
  { title: 'last_name', of: ({ lastName }) => lastName },
  { title: 'title', of: ({ title }) => title },
  { title: 'salutation', of: ({ salutation }) => salutation },
  { title: 'language', of: ({ language }) => language },
  { title: 'time_zone', of: ({ timeZone }) => timeZone },
  { title: 'newsletter', of: ({ newsletter }) => (newsletter === null ? null : newsletter ? 'yes' : 'no') },
  { title: 'customer', of: ({ customer }) => customer },
];

function cellsOf(contact: Contact, attributes: readonly UsedAttribute[]): Cell[] {
  const values = attributes.map(({ name, type }): Cell => {
    const value = contact.attributes[name] ?? null;
    return type === 'date' && typeof value === 'string' ? { day: value } : value;
  });
  return [...ownColumns.map(({ of }) => of(contact)), ...values];
}

/** An attribute may be called like a column of its own; two columns may not. */
function attributeTitle(name: string, own: readonly string[]): string {
  return own.includes(name) ? `attribute_${name}` : name;
}
