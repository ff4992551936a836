import type { Api } from '../api.ts';
import { findContactId } from '../campaign/find-recipient.ts';
import { findDocument } from '../find-document.ts';
import { findCustomer } from '../people/customer.ts';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Where the API keeps the history of what was typed: an id as it is, everything else as the other commands find it. */
export async function pathOfContact(api: Api, typed: string): Promise<string> {
  return `/v1/contacts/${await findContactId(api, typed)}`;
}

/** A customer by its id, name or external id. */
export async function pathOfCustomer(api: Api, typed: string): Promise<string> {
  const id = uuid.test(typed) ? typed.toLowerCase() : (await findCustomer(api, typed)).id;
  return `/v1/customers/${id}`;
}

/** A document by its id, title or name; of a title the newest version, also when it was taken out. */
export async function pathOfDocument(api: Api, typed: string): Promise<string> {
  const id = uuid.test(typed) ? typed.toLowerCase() : (await findDocument(api, typed, { removed: true })).id;
  return `/v1/documents/${id}`;
}
