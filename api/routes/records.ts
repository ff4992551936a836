import { z } from 'zod';
import {
  deleteRecord,
  listRecords,
  putRecord,
  readRecord,
  type LinkedRecord,
  type RecordKey,
} from '../../db/records.ts';
import {
  recordExternalIdSchema,
  recordKindSchema,
  recordListSchema,
  recordPutSchema,
  recordQuerySchema,
  recordSchema,
} from '../../domain/schema/record.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { page } from '../paging.ts';
import { plainText } from '../path-text.ts';
import { Problem } from '../problem.ts';
import { afterRecord, noRecord, showRecord } from '../record-view.ts';
import { writeOrRefuse } from '../refused-write.ts';

const tag = 'Records';
const path = '/v1/records/{kind}/{externalId}';
const params = z.strictObject({ kind: plainText, externalId: plainText });
const one = { description: 'The record', schema: recordSchema } as const;

export const recordEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'listRecords',
    method: 'get',
    path: '/v1/records',
    role: 'viewer',
    tag,
    summary: 'Linked records, in the order of kind and external id',
    query: recordQuerySchema,
    answers: { 200: { description: 'One page', schema: recordListSchema } },
    handle: async ({ deps, query: { kind, q, ...paging } }) => {
      const body = await page({
        ...paging,
        key: afterRecord,
        read: (after, limit) => listRecords(deps.db, { kind, q, after, limit }),
        keyOf: ({ kind, externalId }: LinkedRecord) => [kind, externalId],
        show: showRecord,
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'putRecord',
    method: 'put',
    path,
    role: 'operator',
    tag,
    summary: 'Makes a record, or makes it what is given',
    params,
    body: recordPutSchema,
    answers: { 200: one, 201: { ...one, description: 'The new record' } },
    problems: ['invalidName'],
    handle: async ({ deps, params, body }) => {
      refuseBadKey(params);
      const { record, isNew } = await writeOrRefuse(async () => putRecord(deps.db, params, body));
      return { status: isNew ? 201 : 200, body: showRecord(record) };
    },
  }),
  endpoint({
    id: 'getRecord',
    method: 'get',
    path,
    role: 'viewer',
    tag,
    summary: 'One record',
    params,
    answers: { 200: one },
    handle: async ({ deps, params }) => {
      const record = await readRecord(deps.db, params);
      if (record === null) throw noRecord(params);
      return { status: 200, body: showRecord(record) };
    },
  }),
  endpoint({
    id: 'deleteRecord',
    method: 'delete',
    path,
    role: 'operator',
    tag,
    summary: 'Removes a record and its links, unless it is part of the history',
    params,
    answers: { 204: { description: 'It is gone' } },
    problems: ['conflict'],
    handle: async ({ deps, params }) => {
      const done = await deleteRecord(deps.db, params);
      if (done === null) throw noRecord(params);
      if (done === 'gone') return { status: 204 };
      throw new Problem(
        'conflict',
        `this record is in ${done.activities} entries of history and in ${done.campaigns} campaigns that have started; it stays, ` +
          'so that it stays known who got what',
        { members: { ...done } },
      );
    },
  }),
];

/** The key of a record that is made: said in words, where a look-up would only find nothing. */
function refuseBadKey({ kind, externalId }: RecordKey): void {
  for (const check of [recordKindSchema.safeParse(kind), recordExternalIdSchema.safeParse(externalId)])
    if (!check.success)
      throw new Problem(
        'invalidName',
        `${JSON.stringify(`${kind}/${externalId}`.slice(0, 100))}: ${check.error.issues[0]?.message ?? 'cannot be a key'}`,
      );
  if (externalId !== externalId.trim())
    throw new Problem('invalidName', 'an external id has no blanks around it');
}
