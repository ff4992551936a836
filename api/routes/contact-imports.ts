import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import {
  listContactImports,
  listRejects,
  readContactImport,
  type ContactImport,
} from '../../db/contact-import.ts';
import { readImportSource } from '../../db/import-sources.ts';
import {
  contactImportListSchema,
  contactImportSchema,
  rejectListSchema,
} from '../../domain/schema/contact.ts';
import { sheetSchema, sourceNameSchema } from '../../domain/schema/import-preview.ts';
import { idSchema, pagingFields } from '../../domain/schema/shared.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { importFile } from '../import/import-file.ts';
import { tableTypes, withTable } from '../import/open-table.ts';
import { rejectsCsv } from '../import/rejects-csv.ts';
import { unknownSource } from '../import/unknown-source.ts';
import { page, positionSchema } from '../paging.ts';
import { notFound } from '../problem.ts';
import { wireInstant, wireInstantOrNull } from '../wire-instant.ts';

const params = z.strictObject({ importId: idSchema });

export const contactImportEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'importContacts',
    method: 'post',
    path: '/v1/contact-imports',
    role: 'operator',
    tag: 'Imports',
    summary: 'Import contacts, customers or records from a CSV file or an XLSX workbook',
    description:
      'The file is read as it arrives; the answer comes when all of it is read. With `source` the columns mean what the source says, ' +
      'and so does the kind of what is imported. Without it the columns are `email` (required), `first_name`, ' +
      '`last_name`, `title`, `salutation`, `language`, `time_zone`, `newsletter`, `customer`; every other column becomes an ' +
      'attribute. A column that the file has replaces what is known (an empty cell clears it), other columns stay. ' +
      'Refused rows are listed with line, column and reason and stop nothing.',
    query: z.strictObject({ source: sourceNameSchema, sheet: sheetSchema }),
    stream: tableTypes,
    answers: { 201: { description: 'All is read', schema: contactImportSchema } },
    problems: ['fileRefused'],
    handle: async ({ deps, caller, query, request }) => {
      const { source: name, sheet } = query;
      const source = name === undefined ? null : await readImportSource(deps.db, name);
      if (name !== undefined && source === null) throw unknownSource(name);
      const done = await withTable(request, sheet, (file) => importFile(deps.db, file, source, caller.name));
      return {
        status: 201,
        body: showImport(done),
        headers: { Location: `/v1/contact-imports/${done.id}` },
      };
    },
  }),
  endpoint({
    id: 'listContactImports',
    method: 'get',
    path: '/v1/contact-imports',
    role: 'viewer',
    tag: 'Imports',
    summary: 'All imports, newest first',
    query: z.strictObject(pagingFields),
    answers: { 200: { description: 'Imports', schema: contactImportListSchema } },
    handle: async ({ deps, query }) => {
      const body = await page({
        ...query,
        key: positionSchema,
        read: (after, limit) => listContactImports(deps.db, after, limit),
        keyOf: ({ position, id }) => [position, id],
        show: ({ position: _position, ...each }) => showImport(each),
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'getContactImport',
    method: 'get',
    path: '/v1/contact-imports/{importId}',
    role: 'viewer',
    tag: 'Imports',
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
    tag: 'Imports',
    summary: 'The refused rows of an import',
    params,
    description:
      'With `format=csv` all of them as a CSV file with the columns of the imported one and the reasons, to be mended and imported again.',
    query: z.strictObject({
      ...pagingFields,
      format: z.enum(['json', 'csv']).default('json').meta({ description: 'csv: all of them as a file' }),
    }),
    answers: {
      200: { description: 'In the order of the file', schema: rejectListSchema, stream: 'text/csv' },
    },
    problems: ['notFound'],
    handle: async ({ deps, params, query }) => {
      if ((await readContactImport(deps.db, params.importId)) === null)
        throw notFound('contact import', params.importId);
      if (query.format === 'csv')
        return {
          status: 200,
          headers: {
            'Content-Type': 'text/csv; charset=utf-8',
            'Content-Disposition': `attachment; filename="refused-${params.importId}.csv"`,
          },
          stream: (response) => pipeline(Readable.from(rejectsCsv(deps.db, params.importId)), response),
        };
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
