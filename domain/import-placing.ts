import { quoted } from './csv-columns.ts';
import type { Entry, IdentityBook } from './import-identity.ts';
import type { ImportRow } from './import-row.ts';
import type { ImportKind } from './schema/import-source.ts';

export interface Books<Id> {
  readonly contacts: IdentityBook<Id>;
  readonly customers: IdentityBook<Id>;
}

/** Whom a row is about; `target` of a refusal is what the column means that is to blame (as mappings write it). */
export type RowPlace<Id> =
  | { readonly contact: Entry<Id> | null; readonly customer: Entry<Id> | null }
  | { readonly target: string; readonly reason: string }
  | 'cut';

/** Finds whom a row means and keeps in the books what it changes of external ids, addresses and names. A refused row changes nothing. */
export function placeRow<Id>(kind: ImportKind, row: ImportRow, books: Books<Id>): RowPlace<Id> {
  if (kind === 'records') return placeRecord(row, books);
  const { contact, customer } = row;
  const looks = [
    kind === 'contacts' ? books.contacts.look(contact.externalId, contact.address) : 'free',
    customer === null ? 'free' : books.customers.look(customer.externalId, customer.name),
  ] as const;
  if (looks[0] === 'clash')
    return {
      target: 'contact.email',
      reason: `${quoted(contact.email ?? '')} is the address of another contact; correct the address or the external id`,
    };
  if (looks[0] === 'keyNeeded')
    return {
      target: 'contact.externalId',
      reason:
        contact.externalId === null
          ? 'the external id is required: the file has no column with addresses'
          : `there is no contact with the external id ${quoted(contact.externalId)}, and the file has no address to make one with`,
    };
  if (looks[1] === 'clash')
    return {
      target: 'customer.name',
      reason: `${quoted(customer?.name ?? '')} is the name of another customer; correct the name or the external id`,
    };
  if (looks[1] === 'keyNeeded')
    return {
      target: 'customer.externalId',
      reason: `there is no customer with the external id ${quoted(customer?.externalId ?? '')}, and the row has no name to make one with`,
    };
  if (looks.includes('cut')) return 'cut';
  return {
    contact: kind === 'contacts' ? books.contacts.place(contact.externalId, contact.address) : null,
    customer: customer === null ? null : books.customers.place(customer.externalId, customer.name),
  };
}

/** A record may belong to people and customers that are there; it makes none. */
function placeRecord<Id>({ contact, customer }: ImportRow, { contacts, customers }: Books<Id>): RowPlace<Id> {
  const person = contacts.find(contact.externalId, contact.address) ?? null;
  const known = customers.find(customer?.externalId ?? null, customer?.name ?? null) ?? null;
  if (person === null && (contact.externalId ?? contact.email) !== null)
    return {
      target: contact.externalId === null ? 'contact.email' : 'contact.externalId',
      reason: `there is no contact ${quoted(contact.externalId ?? contact.email ?? '')}; import the contacts first`,
    };
  if (known === null && customer !== null)
    return {
      target: customer.externalId === null ? 'customer.name' : 'customer.externalId',
      reason: `there is no customer ${quoted(customer.externalId ?? customer.name ?? '')}; import the customers first`,
    };
  return { contact: person, customer: known };
}
