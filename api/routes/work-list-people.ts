import { z } from 'zod';
import { addByFilter, addByHand, removeByFilter, removeByHand } from '../../db/work-list-change.ts';
import {
  listWorkListChanges,
  listWorkListContacts,
  type WorkListChange,
  type WorkListEntry,
} from '../../db/work-lists.ts';
import { idSchema, pagingFields, reasonSchema } from '../../domain/schema/shared.ts';
import * as schema from '../../domain/schema/work-list.ts';
import { showContact } from '../contact-view.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { page } from '../paging.ts';
import { wireInstant } from '../wire-instant.ts';
import { answerChange, filterOf, findWorkList } from '../work-list-view.ts';

const tag = 'Work lists';
const params = z.strictObject({ listId: idSchema });
const onePerson = z.strictObject({ listId: idSchema, contactId: idSchema });
const changed = { description: 'What it came to', schema: schema.workListChangedSchema } as const;

export const workListPeopleEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'listWorkListContacts',
    method: 'get',
    path: '/v1/work-lists/{listId}/contacts',
    role: 'viewer',
    tag,
    summary: 'Who is in a work list, in the order of their ids',
    params,
    query: z.strictObject(pagingFields),
    answers: { 200: { description: 'One page', schema: schema.workListContactsSchema } },
    handle: async ({ deps: { db }, params: { listId }, query }) => {
      await findWorkList(db, listId);
      const body = await page({
        ...query,
        key: z.guid(),
        read: (after, limit) => listWorkListContacts(db, listId, after, limit),
        keyOf: ({ id }: WorkListEntry) => id,
        show: showEntry,
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'listWorkListChanges',
    method: 'get',
    path: '/v1/work-lists/{listId}/changes',
    role: 'viewer',
    tag,
    summary: 'Who changed what in a work list, newest first',
    params,
    query: z.strictObject({
      ...pagingFields,
      contactId: idSchema
        .optional()
        .meta({ description: 'Only what was done to this person by hand, and removals' }),
    }),
    answers: { 200: { description: 'One page', schema: schema.workListChangesSchema } },
    handle: async ({ deps: { db }, params: { listId }, query: { contactId, ...paging } }) => {
      await findWorkList(db, listId);
      const body = await page({
        ...paging,
        key: z.int().min(0),
        read: (after, limit) => listWorkListChanges(db, listId, { contactId, after, limit }),
        keyOf: ({ id }: WorkListChange) => id,
        show: showChange,
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'addToWorkList',
    method: 'post',
    path: '/v1/work-lists/{listId}/additions',
    role: 'operator',
    tag,
    summary: 'Adds everybody for whom a filter holds',
    description:
      'Those whom a person has taken out of this list stay out, unless includeRemoved says otherwise.',
    params,
    versioned: true,
    body: schema.workListAdditionsSchema,
    answers: { 200: changed },
    problems: ['conflict'],
    handle: async ({ deps: { db }, params: { listId }, body, caller, ifMatch }) => {
      const { filter, includeRemoved, reason } = body;
      const act = { by: caller.name, reason, expectedVersion: ifMatch };
      const change = await addByFilter(db, listId, await filterOf(db, filter), includeRemoved, act);
      return answerChange(db, listId, null, change);
    },
  }),
  endpoint({
    id: 'removeFromWorkList',
    method: 'post',
    path: '/v1/work-lists/{listId}/removals',
    role: 'operator',
    tag,
    summary: 'Removes everybody for whom a filter holds',
    params,
    versioned: true,
    body: schema.workListRemovalsSchema,
    answers: { 200: changed },
    problems: ['conflict'],
    handle: async ({ deps: { db }, params: { listId }, body: { filter, reason }, caller, ifMatch }) => {
      const act = { by: caller.name, reason, expectedVersion: ifMatch };
      const change = await removeByFilter(db, listId, await filterOf(db, filter), act);
      return answerChange(db, listId, null, change);
    },
  }),
  endpoint({
    id: 'addContactToWorkList',
    method: 'put',
    path: '/v1/work-lists/{listId}/contacts/{contactId}',
    role: 'operator',
    tag,
    summary: 'Adds one person by hand',
    params: onePerson,
    versioned: true,
    body: schema.workListActSchema,
    bodyOptional: true,
    answers: { 200: changed },
    problems: ['conflict'],
    handle: async ({ deps: { db }, params: { listId, contactId }, body: { reason }, caller, ifMatch }) => {
      const act = { by: caller.name, reason, expectedVersion: ifMatch };
      return answerChange(db, listId, contactId, await addByHand(db, listId, contactId, act));
    },
  }),
  endpoint({
    id: 'removeContactFromWorkList',
    method: 'delete',
    path: '/v1/work-lists/{listId}/contacts/{contactId}',
    role: 'operator',
    tag,
    summary: 'Removes one person by hand',
    params: onePerson,
    versioned: true,
    query: z.strictObject({ reason: reasonSchema }),
    answers: { 200: changed },
    problems: ['conflict'],
    handle: async ({ deps: { db }, params: { listId, contactId }, query: { reason }, caller, ifMatch }) => {
      const act = { by: caller.name, reason, expectedVersion: ifMatch };
      return answerChange(db, listId, contactId, await removeByHand(db, listId, contactId, act));
    },
  }),
];

function showEntry({ byHand, addedBy, addedAt, ...contact }: WorkListEntry) {
  return { contact: showContact(contact), byHand, addedBy, addedAt: wireInstant(addedAt) };
}

const actions = ['create', 'add', 'remove', 'freeze'] as const;

function showChange({ id, action, contact_id, detail, by, reason, at }: WorkListChange) {
  return {
    id,
    at: wireInstant(at),
    by,
    action: actions.find((each) => each === action) ?? 'add',
    contactId: contact_id,
    detail,
    reason,
  };
}
