import { z } from 'zod';
import { insertContact, listContacts, readContact, updateContact, type Contact } from '../../db/contacts.ts';
import type { Database } from '../../db/open.ts';
import {
  contactListSchema,
  contactPatchSchema,
  contactQuerySchema,
  contactSchema,
  newContactSchema,
} from '../../domain/schema/contact.ts';
import { idSchema } from '../../domain/schema/shared.ts';
import { showContact } from '../contact-view.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { afterText, page } from '../paging.ts';
import { notFound } from '../problem.ts';
import { readAddress } from '../read-address.ts';
import { writeOrRefuse } from '../refused-write.ts';

const params = z.strictObject({ contactId: idSchema });

export const contactEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'listContacts',
    method: 'get',
    path: '/v1/contacts',
    role: 'viewer',
    tag: 'Contacts',
    summary: 'People, in the order of their addresses',
    query: contactQuerySchema,
    answers: { 200: { description: 'One page', schema: contactListSchema } },
    handle: async ({ deps, query }) => {
      const body = await page({
        limit: query.limit,
        cursor: query.cursor,
        key: afterText,
        read: (after, limit) => listContacts(deps.db, { q: query.q, after, limit }),
        keyOf: ({ address }) => address,
        show: showContact,
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'createContact',
    method: 'post',
    path: '/v1/contacts',
    role: 'operator',
    tag: 'Contacts',
    summary: 'Adds one person by hand',
    description: 'An address that somebody has already is refused (409) with the id of that contact.',
    body: newContactSchema,
    answers: { 201: { description: 'The person', schema: contactSchema } },
    problems: ['taken'],
    handle: async ({ deps, body: { email, ...fields }, caller }) => {
      const wanted = { ...fields, email: readAddress(email, '/email') };
      const contact = await writeOrRefuse(async () => insertContact(deps.db, wanted, caller.name));
      return {
        status: 201,
        body: showContact(contact),
        headers: { Location: `/v1/contacts/${contact.id}` },
      };
    },
  }),
  endpoint({
    id: 'getContact',
    method: 'get',
    path: '/v1/contacts/{contactId}',
    role: 'viewer',
    tag: 'Contacts',
    summary: 'One person',
    params,
    answers: { 200: { description: 'The person', schema: contactSchema } },
    problems: ['notFound'],
    handle: async ({ deps, params }) => {
      return { status: 200, body: showContact(await findContact(deps.db, params.contactId)) };
    },
  }),
  endpoint({
    id: 'changeContact',
    method: 'patch',
    path: '/v1/contacts/{contactId}',
    role: 'operator',
    tag: 'Contacts',
    summary: 'Change a person',
    description: 'Campaigns that have started keep the address that they were started with.',
    params,
    body: contactPatchSchema,
    answers: { 200: { description: 'The person as changed', schema: contactSchema } },
    problems: ['notFound', 'taken'],
    handle: async ({ deps, params, body, caller }) => {
      const { email, ...fields } = body;
      const change = { ...fields, ...(email === undefined ? {} : { email: readAddress(email, '/email') }) };
      const contact = await writeOrRefuse(async () =>
        updateContact(deps.db, params.contactId, change, caller.name),
      );
      if (contact === null) throw notFound('contact', params.contactId);
      return { status: 200, body: showContact(contact) };
    },
  }),
];

/** Throws 404 when there is no such contact. */
export async function findContact(db: Database, contactId: string): Promise<Contact> {
  const contact = await readContact(db, contactId);
  if (contact === null) throw notFound('contact', contactId);
  return contact;
}
