import { z } from 'zod';
import { listRejects, readContactImport, type ContactImport } from '../../db/contact-import.ts';
import { contactImportSchema, rejectListSchema } from '../../domain/schema/contact.ts';
import { idSchema, pagingFields } from '../../domain/schema/shared.ts';
import { importContacts } from '../csv/import-contacts.ts';
import { UnreadableCsv } from '../csv/unreadable-csv.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { page } from '../paging.ts';
import { notFound, Problem } from '../problem.ts';
import { wireInstant, wireInstantOrNull } from '../wire-instant.ts';

const params = z.strictObject({ importId: idSchema });

export const contactImportEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'importContacts',
    method: 'post',
    path: '/v1/contact-imports',
    role: 'operator',
    tag: 'Contacts',
    summary: 'Import contacts from a CSV file',
    description:
      'The file is read as it arrives; the answer comes when all of it is read. Columns: `email` (required), `first_name`, ' +
      '`last_name`, `title`, `salutation`, `language`, `time_zone`, `newsletter`, `customer`; every other column becomes an ' +
      'attribute. A column that the file has replaces what is known (an empty cell clears it), other columns stay. ' +
      'Refused rows are listed with line, column and reason and stop nothing.',
    stream: 'text/csv',
    answers: { 201: { description: 'All is read', schema: contactImportSchema } },
    problems: ['fileRefused'],
    handle: async ({ deps, caller, request }) => {
      // Not destroyed when reading ends early: the refusal must still reach the caller.
      const source: AsyncIterable<Uint8Array> = request.iterator({ destroyOnReturn: false });
      try {
        const done = await importContacts(deps.db, source, caller.name);
        return {
          status: 201,
          body: showImport(done),
          headers: { Location: `/v1/contact-imports/${done.id}` },
        };
      } catch (error) {
        if (error instanceof UnreadableCsv)
          throw new Problem('fileRefused', error.message, { members: { code: error.code }, cause: error });
        throw error;
      }
    },
  }),
  endpoint({
    id: 'getContactImport',
    method: 'get',
    path: '/v1/contact-imports/{importId}',
    role: 'viewer',
    tag: 'Contacts',
    summary: 'One import with its counts',
    params,
    answers: { 200: { description: 'The import', schema: contactImportSchema } },
    problems: ['notFound'],
    handle: async ({ deps, params }) => {
      const found = await readContactImport(deps.db, params.importId);
      if (found === null) throw notFound('contact import', params.importId);
      return { status: 200, body: showImport(found) };
    },
  }),
  endpoint({
    id: 'listContactImportRejects',
    method: 'get',
    path: '/v1/contact-imports/{importId}/rejects',
    role: 'viewer',
    tag: 'Contacts',
    summary: 'The refused rows of an import',
    params,
    query: z.strictObject(pagingFields),
    answers: { 200: { description: 'In the order of the file', schema: rejectListSchema } },
    problems: ['notFound'],
    handle: async ({ deps, params, query }) => {
      if ((await readContactImport(deps.db, params.importId)) === null)
        throw notFound('contact import', params.importId);
      const body = await page({
        limit: query.limit,
        cursor: query.cursor,
        key: z.int().min(0).max(2_147_483_647),
        read: (after, limit) => listRejects(deps.db, params.importId, after ?? 0, limit),
        keyOf: ({ ordinal }) => ordinal,
        show: ({ line, column, reason }) => ({ line, column, reason }),
      });
      return { status: 200, body };
    },
  }),
];

function showImport({ startedAt, finishedAt, ...rest }: ContactImport) {
  return { ...rest, startedAt: wireInstant(startedAt), finishedAt: wireInstantOrNull(finishedAt) };
}
