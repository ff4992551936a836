import { z } from 'zod';
import { listActivities, type ActivityOwner, type ActivityRow } from '../../db/activities.ts';
import {
  everyMail,
  listMails,
  readRecordId,
  readVersionsOf,
  type MailFilter,
  type MailRow,
  type MailsOf,
} from '../../db/mail-history.ts';
import type { Database } from '../../db/open.ts';
import * as schema from '../../domain/schema/mail-history.ts';
import { idSchema, pagingFields } from '../../domain/schema/shared.ts';
import { writeCsv } from '../csv/write-csv.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { mailCells, mailColumns, showMail } from '../history/show-mail.ts';
import { page, positionSchema } from '../paging.ts';
import { plainText } from '../path-text.ts';
import { notFound } from '../problem.ts';
import { wireInstant } from '../wire-instant.ts';
import { findContact } from './contacts.ts';

const tag = 'History';

/** Something of which people ask what mails it got, and what was written on it. `find` throws 404. */
interface Owner<P extends z.ZodObject> {
  /** In operation ids: `listContactMails`. */
  readonly noun: string;
  readonly what: string;
  readonly path: string;
  readonly params: P;
  readonly find: (db: Database, params: z.output<P>) => Promise<MailsOf & ActivityOwner>;
}

export const mailHistoryEndpoints: readonly Endpoint[] = [
  ...historyOf({
    noun: 'Contact',
    what: 'a person',
    path: '/v1/contacts/{contactId}',
    params: z.strictObject({ contactId: idSchema }),
    find: async (db, { contactId }) => ({ contactId: (await findContact(db, contactId)).id }),
  }),
  ...historyOf({
    noun: 'Customer',
    what: 'all people of a customer',
    path: '/v1/customers/{customerId}',
    params: z.strictObject({ customerId: idSchema }),
    find: async (db, { customerId }) => {
      const found = await db
        .selectFrom('customer')
        .select('id')
        .where('id', '=', customerId)
        .executeTakeFirst();
      if (found === undefined) throw notFound('customer', customerId);
      return { customerId };
    },
  }),
  ...historyOf({
    noun: 'Record',
    what: 'a linked record: its people, those of its customers, and the campaigns about it',
    path: '/v1/records/{kind}/{externalId}',
    params: z.strictObject({ kind: plainText, externalId: plainText }),
    find: async (db, { kind, externalId }) => {
      const recordId = await readRecordId(db, kind, externalId);
      if (recordId === null) throw notFound(`record of kind ${JSON.stringify(kind)}`, externalId);
      return { recordId };
    },
  }),
  endpoint({
    id: 'listDocumentRecipients',
    method: 'get',
    path: '/v1/documents/{documentId}/recipients',
    role: 'viewer',
    tag,
    summary: 'Who got a document, newest first',
    description: 'title=true: in any of its versions.',
    params: z.strictObject({ documentId: idSchema }),
    query: schema.documentMailQuerySchema,
    answers: { 200: { description: 'One page', schema: schema.sentMailListSchema } },
    handle: async ({ deps: { db }, params: { documentId }, query: { title, limit, cursor, ...filter } }) => {
      const of = await findDocuments(db, documentId, title);
      return { status: 200, body: await pageOfMails(db, of, filterOf(filter), { limit, cursor }) };
    },
  }),
  endpoint({
    id: 'exportDocumentRecipients',
    method: 'get',
    path: '/v1/documents/{documentId}/recipients.csv',
    role: 'viewer',
    tag,
    summary: 'Who got a document, as a file',
    params: z.strictObject({ documentId: idSchema }),
    query: schema.documentMailFilterSchema,
    answers: { 200: { description: 'CSV, UTF-8', stream: 'text/csv' } },
    handle: async ({ deps: { db }, params: { documentId }, query: { title, ...filter } }) =>
      file(db, await findDocuments(db, documentId, title), filterOf(filter)),
  }),
];

function historyOf<P extends z.ZodObject>({ noun, what, path, params, find }: Owner<P>): Endpoint[] {
  return [
    endpoint({
      id: `list${noun}Mails`,
      method: 'get',
      path: `${path}/mails`,
      role: 'viewer',
      tag,
      summary: `The mails to ${what}, newest first`,
      params,
      query: schema.mailQuerySchema,
      answers: { 200: { description: 'One page', schema: schema.sentMailListSchema } },
      handle: async ({ deps: { db }, params: owner, query: { limit, cursor, ...filter } }) => {
        const of = await find(db, owner);
        return { status: 200, body: await pageOfMails(db, of, filterOf(filter), { limit, cursor }) };
      },
    }),
    endpoint({
      id: `export${noun}Mails`,
      method: 'get',
      path: `${path}/mails.csv`,
      role: 'viewer',
      tag,
      summary: `The mails to ${what}, as a file`,
      params,
      query: schema.mailFilterSchema,
      answers: { 200: { description: 'CSV, UTF-8', stream: 'text/csv' } },
      handle: async ({ deps: { db }, params: owner, query }) =>
        file(db, await find(db, owner), filterOf(query)),
    }),
    endpoint({
      id: `list${noun}Activities`,
      method: 'get',
      path: `${path}/activities`,
      role: 'viewer',
      tag,
      summary: `What was written on ${noun.toLowerCase()} when mails were sent, newest first`,
      params,
      query: z.strictObject(pagingFields),
      answers: { 200: { description: 'One page', schema: schema.activityListSchema } },
      handle: async ({ deps: { db }, params: owner, query }) => {
        const of = await find(db, owner);
        const body = await page({
          ...query,
          key: activityPosition,
          read: (after, limit) => listActivities(db, of, after, limit),
          keyOf: ({ position, id }) => [position, id],
          show: showActivity,
        });
        return { status: 200, body };
      },
    }),
  ];
}

const [instantText, id] = positionSchema.def.items;
const activityPosition = z.tuple([instantText, z.int().min(0)]);
const mailPosition = z.tuple([z.union([z.literal('infinity'), instantText]), id, id]);

async function pageOfMails(
  db: Database,
  of: MailsOf,
  filter: MailFilter,
  paging: { readonly limit: number; readonly cursor: string | undefined },
) {
  return page({
    ...paging,
    key: mailPosition,
    read: (after, limit) => listMails(db, of, filter, after, limit),
    keyOf: ({ position, campaign_id, contact_id }: MailRow) => [position, campaign_id, contact_id],
    show: showMail,
  });
}

function file(db: Database, of: MailsOf, filter: MailFilter) {
  return {
    status: 200,
    stream: (response: Parameters<typeof writeCsv>[0]) =>
      writeCsv(response, 'mails.csv', mailColumns, cellsOf(everyMail(db, of, filter))),
  } as const;
}

async function* cellsOf(pages: AsyncIterable<readonly MailRow[]>) {
  for await (const rows of pages) yield rows.map((row) => mailCells(row));
}

async function findDocuments(db: Database, documentId: string, title: boolean): Promise<MailsOf> {
  const documentIds = await readVersionsOf(db, documentId, title);
  if (documentIds === null) throw notFound('document', documentId);
  return { documentIds };
}

function filterOf({ from, to, ...rest }: z.output<typeof schema.mailFilterSchema>): MailFilter {
  return {
    ...rest,
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  };
}

function showActivity({ at, mark, ...row }: ActivityRow): z.output<typeof schema.activitySchema> {
  return {
    at: wireInstant(at),
    mark,
    campaign: { id: row.campaign_id, name: row.campaign_name },
    contact: { id: row.contact_id, email: row.email, name: row.contact_name },
  };
}
