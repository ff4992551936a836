import { z } from 'zod';
import { createWorkList, freezeWorkList } from '../../db/work-list-change.ts';
import { deleteWorkList, type ListDeletion } from '../../db/work-list-use.ts';
import { listWorkLists, type WorkList } from '../../db/work-lists.ts';
import { idSchema, nameSchema, pagingFields } from '../../domain/schema/shared.ts';
import * as schema from '../../domain/schema/work-list.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { entityTag } from '../entity-tag.ts';
import { page, positionSchema } from '../paging.ts';
import { Problem } from '../problem.ts';
import { answerWorkList, filterOf, findWorkList, refused, showWorkList } from '../work-list-view.ts';

const tag = 'Work lists';
const params = z.strictObject({ listId: idSchema });
const one = { description: 'The work list', schema: schema.workListSchema } as const;

export const workListEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'createWorkList',
    method: 'post',
    path: '/v1/work-lists',
    role: 'operator',
    tag,
    summary: 'Makes a work list, empty or filled by a filter',
    body: schema.newWorkListSchema,
    answers: { 201: one },
    problems: ['conflict'],
    handle: async ({ deps: { db }, body: { name, filter, reason }, caller }) => {
      const from = filter === undefined ? null : await filterOf(db, filter);
      const id = await createWorkList(db, name, from, { by: caller.name, reason });
      if (id === null)
        throw new Problem(
          'conflict',
          `there is a work list of the name ${JSON.stringify(name)} already; take another one, or change that list`,
        );
      const list = await findWorkList(db, id);
      const headers = { ETag: entityTag(list.version), Location: `/v1/work-lists/${id}` };
      return { status: 201, headers, body: showWorkList(list) };
    },
  }),
  endpoint({
    id: 'listWorkLists',
    method: 'get',
    path: '/v1/work-lists',
    role: 'viewer',
    tag,
    summary: 'Work lists, newest first',
    query: z.strictObject({
      ...pagingFields,
      name: nameSchema.optional().meta({ description: 'Exactly this name' }),
    }),
    answers: { 200: { description: 'Work lists', schema: schema.workListListSchema } },
    handle: async ({ deps: { db }, query: { name, ...paging } }) => {
      const body = await page({
        ...paging,
        key: positionSchema,
        read: (after, limit) => listWorkLists(db, { name, after, limit }),
        keyOf: ({ position, id }: WorkList) => [position, id],
        show: showWorkList,
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'getWorkList',
    method: 'get',
    path: '/v1/work-lists/{listId}',
    role: 'viewer',
    tag,
    summary: 'One work list',
    params,
    versioned: true,
    answers: { 200: one },
    handle: async ({ deps: { db }, params: { listId } }) => answerWorkList(db, listId),
  }),
  endpoint({
    id: 'freezeWorkList',
    method: 'put',
    path: '/v1/work-lists/{listId}/freeze',
    role: 'operator',
    tag,
    summary: 'Freezes a work list: nobody can change it any more',
    description:
      'The start of a campaign does the same to its list. Freezing what is frozen changes nothing.',
    params,
    versioned: true,
    body: schema.workListActSchema,
    bodyOptional: true,
    answers: { 200: one },
    handle: async ({ deps: { db }, params: { listId }, body: { reason }, caller, ifMatch }) => {
      const act = { by: caller.name, reason, expectedVersion: ifMatch };
      const frozen = await freezeWorkList(db, listId, act);
      if (!frozen.ok) throw refused(listId, null, frozen);
      return answerWorkList(db, listId);
    },
  }),
  endpoint({
    id: 'deleteWorkList',
    method: 'delete',
    path: '/v1/work-lists/{listId}',
    role: 'operator',
    tag,
    summary: 'Removes a work list with its history',
    params,
    versioned: true,
    answers: { 204: { description: 'It is gone' } },
    problems: ['conflict'],
    handle: async ({ deps: { db }, params: { listId }, ifMatch }) => {
      const deleted = await deleteWorkList(db, listId, ifMatch);
      if (!deleted.ok) throw deletionProblem(listId, deleted);
      return { status: 204 };
    },
  }),
];

function deletionProblem(listId: string, deletion: Extract<ListDeletion, { ok: false }>): Problem {
  if (deletion.why !== 'used') return refused(listId, null, deletion);
  return new Problem(
    'conflict',
    `campaign ${deletion.campaigns.join(', ')} is meant for this work list and has not begun; give it another audience, then remove the list`,
  );
}
