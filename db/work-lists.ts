import { sql, type Selectable } from 'kysely';
import type { Filter } from '../domain/filter/filter.ts';
import { contactColumns, type Contact } from './contacts.ts';
import type { Database } from './open.ts';
import type { Schema } from './schema.ts';

export interface WorkList {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly size: number;
  readonly filter: Filter | null;
  readonly frozenAt: Date | null;
  readonly frozenBy: string | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Position in the list, with the database's microseconds. */
  readonly position: string;
}

export interface WorkListEntry extends Contact {
  readonly byHand: boolean;
  readonly addedBy: string;
  readonly addedAt: Date;
}

export type WorkListChange = Selectable<Schema['work_list_change']>;

export async function readWorkList(db: Database, id: string): Promise<WorkList | null> {
  return (await selectWorkLists(db).where('work_list.id', '=', id).executeTakeFirst()) ?? null;
}

/** Newest first. `after` is the position and id of the last row of the page before; `name` exactly, when given. */
export async function listWorkLists(
  db: Database,
  filter: {
    readonly name: string | undefined;
    readonly after: readonly [position: string, id: string] | null;
    readonly limit: number;
  },
): Promise<WorkList[]> {
  const { name, after, limit } = filter;
  let query = selectWorkLists(db)
    .orderBy('work_list.created_at', 'desc')
    .orderBy('work_list.id')
    .limit(limit);
  if (name !== undefined) query = query.where('work_list.name', '=', name);
  if (after !== null)
    query = query.where(
      sql<boolean>`(work_list.created_at < ${after[0]}::timestamptz
        or (work_list.created_at = ${after[0]}::timestamptz and work_list.id > ${after[1]}::uuid))`,
    );
  return query.execute();
}

/** Who is in it, in the order of the contacts' ids (the list's own index), after the given one. */
export async function listWorkListContacts(
  db: Database,
  listId: string,
  after: string | null,
  limit: number,
): Promise<WorkListEntry[]> {
  let query = db
    .selectFrom('work_list_entry as entry')
    .innerJoin('contact', 'contact.id', 'entry.contact_id')
    .leftJoin('customer', 'customer.id', 'contact.customer_id')
    .select(contactColumns)
    .select(['entry.by_hand as byHand', 'entry.added_by as addedBy', 'entry.added_at as addedAt'])
    .where('entry.list_id', '=', listId)
    .orderBy('entry.contact_id')
    .limit(limit);
  if (after !== null) query = query.where('entry.contact_id', '>', after);
  return query.execute();
}

/** Newest first; of one person when `contactId` is given. */
export async function listWorkListChanges(
  db: Database,
  listId: string,
  filter: { readonly contactId: string | undefined; readonly after: number | null; readonly limit: number },
): Promise<WorkListChange[]> {
  const { contactId, after, limit } = filter;
  let query = db
    .selectFrom('work_list_change')
    .selectAll()
    .where('list_id', '=', listId)
    .orderBy('id', 'desc')
    .limit(limit);
  if (contactId !== undefined) query = query.where('contact_id', '=', contactId);
  if (after !== null) query = query.where('id', '<', after);
  return query.execute();
}

function selectWorkLists(db: Database) {
  return db.selectFrom('work_list').select([
    'work_list.id',
    'work_list.name',
    'work_list.version',
    sql<number>`(select count(*) from work_list_entry e where e.list_id = work_list.id)`.as('size'),
    // Written by work-list-change.ts from a filter.
    sql<Filter | null>`work_list.filter`.as('filter'),
    'work_list.frozen_at as frozenAt',
    'work_list.frozen_by as frozenBy',
    'work_list.created_by as createdBy',
    'work_list.created_at as createdAt',
    'work_list.updated_at as updatedAt',
    sql<string>`work_list.created_at::text`.as('position'),
  ]);
}
