import { z } from 'zod';
import {
  linkColumns,
  linkRecord,
  listLinks,
  targetExists,
  unlinkRecord,
  type Linked,
  type LinkEnd,
  type LinkTarget,
} from '../../db/record-links.ts';
import { listRecordsOf, readRecord, type LinkedRecord, type RecordKey } from '../../db/records.ts';
import { possibleActions } from '../../domain/campaign-state.ts';
import { linkTargetSchema, recordLinkListSchema, recordListSchema } from '../../domain/schema/record.ts';
import { idSchema, pagingFields } from '../../domain/schema/shared.ts';
import { wrongState } from '../control-answer.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { page, positionSchema } from '../paging.ts';
import { plainText } from '../path-text.ts';
import { notFound } from '../problem.ts';
import { afterRecord, noRecord, showRecord } from '../record-view.ts';
import { wireInstant } from '../wire-instant.ts';

const tag = 'Records';
const links = '/v1/records/{kind}/{externalId}/links';
const record = { kind: plainText, externalId: plainText } as const;
const end = z.strictObject({ ...record, to: linkTargetSchema, id: idSchema });
const nouns = { contacts: 'contact', customers: 'customer', campaigns: 'campaign' } as const;

export const recordLinkEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'listRecordLinks',
    method: 'get',
    path: links,
    role: 'viewer',
    tag,
    summary: 'What a record is linked with, oldest link first',
    params: z.strictObject(record),
    query: z.strictObject(pagingFields),
    answers: { 200: { description: 'One page', schema: recordLinkListSchema } },
    handle: async ({ deps, params, query }) => {
      const found = await readRecord(deps.db, params);
      if (found === null) throw noRecord(params);
      const body = await page({
        ...query,
        key: positionSchema,
        read: (after, limit) => listLinks(deps.db, found.id, after, limit),
        keyOf: ({ position, id }) => [position, id],
        show: ({ to, id, linkedBy, linkedAt }) => ({ to, id, linkedBy, linkedAt: wireInstant(linkedAt) }),
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'linkRecord',
    method: 'put',
    path: `${links}/{to}/{id}`,
    role: 'operator',
    tag,
    summary: 'Links a record with a contact, a customer or a draft',
    params: end,
    answers: { 204: { description: 'They are linked' } },
    problems: ['wrongState'],
    handle: async ({ deps, params, caller }) => {
      answerLinked(params, await linkRecord(deps.db, params, params, caller.name));
      return { status: 204 };
    },
  }),
  endpoint({
    id: 'unlinkRecord',
    method: 'delete',
    path: `${links}/{to}/{id}`,
    role: 'operator',
    tag,
    summary: 'Takes a link off',
    params: end,
    answers: { 204: { description: 'They are not linked' } },
    problems: ['wrongState'],
    handle: async ({ deps, params }) => {
      answerLinked(params, await unlinkRecord(deps.db, params, params));
      return { status: 204 };
    },
  }),
  recordsOf('contacts', 'contactId', 'listRecordsOfContact', 'The records of a person'),
  recordsOf('customers', 'customerId', 'listRecordsOfCustomer', 'The records of a customer'),
  recordsOf('campaigns', 'campaignId', 'listRecordsOfCampaign', 'The records of a campaign'),
];

function recordsOf(to: LinkTarget, param: string, id: string, summary: string): Endpoint {
  return endpoint({
    id,
    method: 'get',
    path: `/v1/${to}/{${param}}/records`,
    role: 'viewer',
    tag,
    summary,
    params: z.strictObject({ [param]: idSchema }),
    query: z.strictObject(pagingFields),
    answers: { 200: { description: 'By kind and external id', schema: recordListSchema } },
    handle: async ({ deps, params, query }) => {
      const of = { to, id: params[param] ?? '' };
      if (!(await targetExists(deps.db, of))) throw notFound(nouns[to], of.id);
      const body = await page({
        ...query,
        key: afterRecord,
        read: (after, limit) => listRecordsOf(deps.db, { column: linkColumns[to], id: of.id }, after, limit),
        keyOf: ({ kind, externalId }: LinkedRecord) => [kind, externalId],
        show: showRecord,
      });
      return { status: 200, body };
    },
  });
}

function answerLinked(asked: RecordKey & LinkEnd, linked: Linked): void {
  if (linked.ok) return;
  switch (linked.why) {
    case 'noRecord':
      throw noRecord(asked);
    case 'noTarget':
      throw notFound(nouns[asked.to], asked.id);
    case 'notDraft':
      throw wrongState(linked.state, possibleActions(linked.state));
  }
}
