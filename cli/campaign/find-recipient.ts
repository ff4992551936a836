import type { Contact, List } from '../answers.ts';
import type { Api } from '../api.ts';
import { Failure } from '../failure.ts';
import { clean } from '../terminal-text.ts';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The contact behind a typed address (the API compares without case) or a contact's id. */
export async function findContactId(api: Api, typed: string): Promise<string> {
  if (uuid.test(typed)) return typed.toLowerCase();
  const wanted = typed.trim().normalize('NFC').toLowerCase();
  let cursor: string | undefined;
  do {
    const page: List<Contact> = await api.get<List<Contact>>('/v1/contacts', {
      q: wanted,
      limit: 500,
      cursor,
    });
    const found = page.items.find(({ email }) => email.normalize('NFC').toLowerCase() === wanted);
    if (found !== undefined) return found.id;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  throw new Failure(
    4,
    `there is no contact with the address ${clean(typed)}; sluice contacts list --search shows who there is`,
  );
}
