import type { Contact, List } from './answers.ts';
import type { Api } from './api.ts';
import { Failure } from './failure.ts';
import { clean } from './terminal-text.ts';

/** The contact of that address, however it is written. */
export async function findContact(api: Api, address: string): Promise<Contact> {
  const wanted = address.trim().toLowerCase();
  const { items } = await api.get<List<Contact>>('/v1/contacts', { q: wanted, limit: 500 });
  const found = items.find(({ email, address: key }) => key === wanted || email.toLowerCase() === wanted);
  if (found !== undefined) return found;
  throw new Failure(
    4,
    `there is no contact ${clean(address)}; sluice contacts list --search shows who is there`,
  );
}
