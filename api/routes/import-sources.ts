import { z } from 'zod';
import {
  deleteImportSource,
  listImportSources,
  readImportSource,
  saveImportSource,
  type ImportSource,
} from '../../db/import-sources.ts';
import {
  importSourceInputSchema,
  importSourceListSchema,
  importSourceSchema,
} from '../../domain/schema/import-source.ts';
import { nameSchema, pagingFields } from '../../domain/schema/shared.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { page } from '../paging.ts';
import { Problem } from '../problem.ts';
import { wireInstant } from '../wire-instant.ts';

const tag = 'Imports';
const params = z.strictObject({ sourceName: nameSchema });
const one = { description: 'The source', schema: importSourceSchema } as const;

export const importSourceEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'listImportSources',
    method: 'get',
    path: '/v1/import-sources',
    role: 'viewer',
    tag,
    summary: 'All sources of imports, by name',
    query: z.strictObject(pagingFields),
    answers: { 200: { description: 'Sources', schema: importSourceListSchema } },
    handle: async ({ deps, query }) => {
      const body = await page({
        ...query,
        key: z.string().max(200),
        read: (after, limit) => listImportSources(deps.db, after, limit),
        keyOf: ({ name }) => name,
        show: showSource,
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'getImportSource',
    method: 'get',
    path: '/v1/import-sources/{sourceName}',
    role: 'viewer',
    tag,
    summary: 'One source: what the columns of its files mean',
    params,
    answers: { 200: one },
    handle: async ({ deps, params: { sourceName } }) => {
      const found = await readImportSource(deps.db, sourceName);
      if (found === null) throw noSource(sourceName);
      return { status: 200, body: showSource(found) };
    },
  }),
  endpoint({
    id: 'saveImportSource',
    method: 'put',
    path: '/v1/import-sources/{sourceName}',
    role: 'operator',
    tag,
    summary: 'Keeps a source under its name, in place of one that is there',
    description:
      'For each column of the file, by its written name, what it means: a field (`contact.firstName`, `customer.name`, ' +
      '`record.order.externalId`), an attribute (`customer.attributes.category`), or `ignore`. POST /v1/import-previews suggests all of it.',
    params,
    body: importSourceInputSchema,
    answers: { 200: one },
    handle: async ({ deps, params: { sourceName }, body, caller }) => {
      const { kind, recordKind = null, mapping } = body;
      const saved = await saveImportSource(deps.db, sourceName, { kind, recordKind, mapping }, caller.name);
      return { status: 200, body: showSource(saved) };
    },
  }),
  endpoint({
    id: 'deleteImportSource',
    method: 'delete',
    path: '/v1/import-sources/{sourceName}',
    role: 'operator',
    tag,
    summary: 'Forgets a source; what was imported with it stays',
    params,
    answers: { 200: { description: 'The source as it was', schema: importSourceSchema } },
    handle: async ({ deps, params: { sourceName } }) => {
      const found = await deleteImportSource(deps.db, sourceName);
      if (found === null) throw noSource(sourceName);
      return { status: 200, body: showSource(found) };
    },
  }),
];

function noSource(name: string): Problem {
  return new Problem(
    'notFound',
    `there is no import source ${JSON.stringify(name)}; GET /v1/import-sources lists them`,
  );
}

function showSource({ createdAt, updatedAt, ...source }: ImportSource) {
  return { ...source, createdAt: wireInstant(createdAt), updatedAt: wireInstant(updatedAt) };
}
