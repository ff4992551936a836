import type { List } from '../answers.ts';
import type { Api } from '../api.ts';
import { findContactId } from '../campaign/find-recipient.ts';
import { Failure } from '../failure.ts';
import { allItems } from '../pages.ts';
import { clean } from '../terminal-text.ts';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Where the API keeps the history of what was typed. */
export async function pathOfContact(api: Api, typed: string): Promise<string> {
  return `/v1/contacts/${await findContactId(api, typed)}`;
}

/** A customer by its id, name or external id. */
export async function pathOfCustomer(api: Api, typed: string): Promise<string> {
  if (uuid.test(typed)) return `/v1/customers/${typed.toLowerCase()}`;
  const wanted = typed.trim().toLowerCase();
  const found = (await allItems<Named>(api, '/v1/customers', { q: wanted })).find(
    ({ name, externalId }) => name?.toLowerCase() === wanted || externalId?.toLowerCase() === wanted,
  );
  if (found === undefined) throw new Failure(4, `there is no customer ${clean(typed)}`);
  return `/v1/customers/${found.id}`;
}

export function pathOfRecord(kind: string, externalId: string): string {
  return `/v1/records/${encodeURIComponent(kind)}/${encodeURIComponent(externalId)}`;
}

/** A document by its id or title; of a title the newest version. */
export async function pathOfDocument(api: Api, typed: string): Promise<string> {
  if (uuid.test(typed)) return `/v1/documents/${typed.toLowerCase()}`;
  const query = { title: typed.trim(), removed: 'any', limit: 1 };
  const { items } = await api.get<List<Named>>('/v1/documents', query);
  const [found] = items;
  if (found === undefined)
    throw new Failure(
      4,
      `there is no document with the title ${clean(typed)}; titles are without the ending of the file`,
    );
  return `/v1/documents/${found.id}`;
}

interface Named {
  readonly id: string;
  readonly name?: string;
  readonly externalId?: string | null;
}
