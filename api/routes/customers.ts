import { z } from 'zod';
import { listContacts } from '../../db/contacts.ts';
import {
  deleteCustomer,
  insertCustomer,
  listCustomers,
  readCustomer,
  updateCustomer,
  type Customer,
} from '../../db/customers.ts';
import { contactListSchema } from '../../domain/schema/contact.ts';
import {
  customerListSchema,
  customerPatchSchema,
  customerQuerySchema,
  customerSchema,
  newCustomerSchema,
} from '../../domain/schema/customer.ts';
import { idSchema, pagingFields } from '../../domain/schema/shared.ts';
import { showContact } from '../contact-view.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { afterText, page } from '../paging.ts';
import { notFound, Problem } from '../problem.ts';
import { writeOrRefuse } from '../refused-write.ts';
import { wireInstant } from '../wire-instant.ts';

const tag = 'Customers';
const path = '/v1/customers/{customerId}';
const params = z.strictObject({ customerId: idSchema });
const one = { description: 'The customer', schema: customerSchema } as const;

export const customerEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'listCustomers',
    method: 'get',
    path: '/v1/customers',
    role: 'viewer',
    tag,
    summary: 'Organisations, in the order of their names',
    query: customerQuerySchema,
    answers: { 200: { description: 'One page', schema: customerListSchema } },
    handle: async ({ deps, query: { q, ...paging } }) => {
      const body = await page({
        ...paging,
        key: afterText,
        read: (after, limit) => listCustomers(deps.db, { q, after, limit }),
        keyOf: ({ name }) => name,
        show: showCustomer,
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'createCustomer',
    method: 'post',
    path: '/v1/customers',
    role: 'operator',
    tag,
    summary: 'Makes a customer',
    body: newCustomerSchema,
    answers: { 201: one },
    problems: ['taken'],
    handle: async ({ deps, body }) => {
      const customer = await writeOrRefuse(async () => insertCustomer(deps.db, body));
      return {
        status: 201,
        body: showCustomer(customer),
        headers: { Location: `/v1/customers/${customer.id}` },
      };
    },
  }),
  endpoint({
    id: 'getCustomer',
    method: 'get',
    path,
    role: 'viewer',
    tag,
    summary: 'One customer',
    params,
    answers: { 200: one },
    handle: async ({ deps, params: { customerId } }) => {
      const customer = await readCustomer(deps.db, customerId);
      if (customer === null) throw notFound('customer', customerId);
      return { status: 200, body: showCustomer(customer) };
    },
  }),
  endpoint({
    id: 'changeCustomer',
    method: 'patch',
    path,
    role: 'operator',
    tag,
    summary: 'Changes a customer; what is left out stays',
    params,
    body: customerPatchSchema,
    answers: { 200: one },
    problems: ['taken'],
    handle: async ({ deps, params: { customerId }, body }) => {
      const customer = await writeOrRefuse(async () => updateCustomer(deps.db, customerId, body));
      if (customer === null) throw notFound('customer', customerId);
      return { status: 200, body: showCustomer(customer) };
    },
  }),
  endpoint({
    id: 'deleteCustomer',
    method: 'delete',
    path,
    role: 'operator',
    tag,
    summary: 'Removes a customer without contacts, linked records and history',
    params,
    answers: { 204: { description: 'It is gone' } },
    problems: ['conflict'],
    handle: async ({ deps, params: { customerId } }) => {
      const done = await deleteCustomer(deps.db, customerId);
      if (done === null) throw notFound('customer', customerId);
      if (done === 'gone') return { status: 204 };
      const { contacts, links, activities } = done;
      throw new Problem(
        'conflict',
        `customer ${customerId} has ${contacts} contacts, ${links} linked records and ${activities} entries of history; ` +
          'give contacts another customer and take links off first; one with history stays',
        { members: { contacts, links, activities } },
      );
    },
  }),
  endpoint({
    id: 'listContactsOfCustomer',
    method: 'get',
    path: `${path}/contacts`,
    role: 'viewer',
    tag,
    summary: 'The people of a customer, in the order of their addresses',
    params,
    query: z.strictObject(pagingFields),
    answers: { 200: { description: 'One page', schema: contactListSchema } },
    handle: async ({ deps, params: { customerId }, query }) => {
      if ((await readCustomer(deps.db, customerId)) === null) throw notFound('customer', customerId);
      const body = await page({
        ...query,
        key: afterText,
        read: (after, limit) => listContacts(deps.db, { q: undefined, customerId, after, limit }),
        keyOf: ({ address }) => address,
        show: showContact,
      });
      return { status: 200, body };
    },
  }),
];

function showCustomer({ createdAt, updatedAt, ...customer }: Customer) {
  return { ...customer, createdAt: wireInstant(createdAt), updatedAt: wireInstant(updatedAt) };
}
