import { z } from 'zod';
import { insertDesk, listDesks, readDesk, updateDesk, type Desk } from '../../db/desks.ts';
import { deskListSchema, deskPatchSchema, deskSchema, newDeskSchema } from '../../domain/schema/desk.ts';
import { idSchema, pagingFields } from '../../domain/schema/shared.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { page, positionSchema } from '../paging.ts';
import { notFound, Problem } from '../problem.ts';
import { wireInstant } from '../wire-instant.ts';

const tag = 'Desks';
const params = z.strictObject({ deskId: idSchema });
const one = { description: 'The desk', schema: deskSchema } as const;

export const deskEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'createDesk',
    method: 'post',
    path: '/v1/desks',
    role: 'operator',
    tag,
    summary: 'Makes a desk: a team that several campaigns may feed',
    body: newDeskSchema,
    answers: { 201: one },
    problems: ['conflict'],
    handle: async ({ deps, body, caller }) => {
      const desk = await insertDesk(deps.db, body, caller.name);
      if (desk === 'taken') throw nameTaken(body.name);
      return { status: 201, body: showDesk(desk), headers: { Location: `/v1/desks/${desk.id}` } };
    },
  }),
  endpoint({
    id: 'listDesks',
    method: 'get',
    path: '/v1/desks',
    role: 'viewer',
    tag,
    summary: 'All desks, oldest first',
    query: z.strictObject(pagingFields),
    answers: { 200: { description: 'Desks', schema: deskListSchema } },
    handle: async ({ deps, query }) => {
      const body = await page({
        ...query,
        key: positionSchema,
        read: (after, limit) => listDesks(deps.db, after, limit),
        keyOf: ({ position, id }) => [position, id],
        show: showDesk,
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'getDesk',
    method: 'get',
    path: '/v1/desks/{deskId}',
    role: 'viewer',
    tag,
    summary: 'One desk, with what is open',
    params,
    answers: { 200: one },
    handle: async ({ deps, params: { deskId } }) => {
      const desk = await readDesk(deps.db, deskId);
      if (desk === null) throw notFound('desk', deskId);
      return { status: 200, body: showDesk(desk) };
    },
  }),
  endpoint({
    id: 'changeDesk',
    method: 'patch',
    path: '/v1/desks/{deskId}',
    role: 'operator',
    tag,
    summary: 'Changes a desk, also while campaigns run; what is left out stays',
    params,
    body: deskPatchSchema,
    answers: { 200: one },
    problems: ['conflict'],
    handle: async ({ deps, params: { deskId }, body }) => {
      const desk = await updateDesk(deps.db, deskId, body);
      if (desk === null) throw notFound('desk', deskId);
      if (desk === 'taken') throw nameTaken(body.name ?? '');
      deps.replans.deskChanged(deskId);
      return { status: 200, body: showDesk(desk) };
    },
  }),
];

function nameTaken(name: string): Problem {
  return new Problem(
    'conflict',
    `there is a desk of the name ${JSON.stringify(name)} already; take another one, or change that desk`,
  );
}

function showDesk(desk: Desk) {
  const { id, name, capacity, open, timeZone, windows, createdAt, createdBy, updatedAt } = desk;
  return {
    id,
    name,
    capacity,
    open,
    timeZone,
    windows: windows.map((window) => ({ ...window, days: [...window.days] })),
    createdAt: wireInstant(createdAt),
    createdBy,
    updatedAt: wireInstant(updatedAt),
  };
}
