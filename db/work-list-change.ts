import { sql, type RawBuilder } from 'kysely';
import type { Filter } from '../domain/filter/filter.ts';
import type { Database } from './open.ts';

/** Who changes a list, why, and which version of it they saw (null: whatever it is). */
export interface ListAct {
  readonly by: string;
  readonly reason: string | null;
  readonly expectedVersion: number | null;
}

/** `changed`: people added or removed. */
export type ListChange =
  | { readonly ok: true; readonly changed: number }
  | { readonly ok: false; readonly why: 'missing' | 'noContact' }
  | { readonly ok: false; readonly why: 'frozen'; readonly at: Date; readonly by: string }
  | { readonly ok: false; readonly why: 'stale'; readonly version: number };

/** Those for whom `condition` holds (over the table alias `contact`), as the filter says. */
export interface ByFilter {
  readonly filter: Filter;
  readonly condition: RawBuilder<boolean>;
}

/** Makes a list, filled by the filter in the same statement's transaction. @returns its id, null when the name is taken. */
export async function createWorkList(
  db: Database,
  name: string,
  from: ByFilter | null,
  act: Pick<ListAct, 'by' | 'reason'>,
): Promise<string | null> {
  return db.transaction().execute(async (trx) => {
    const made = await trx
      .insertInto('work_list')
      .values({
        name,
        created_by: act.by,
        ...(from === null ? {} : { filter: JSON.stringify(from.filter) }),
      })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returning('id')
      .executeTakeFirst();
    if (made === undefined) return null;
    const changed = from === null ? 0 : await addAll(trx, made.id, from.condition, act.by, true);
    await keep(trx, made.id, 'create', act, { filter: from?.filter ?? null, changed });
    return made.id;
  });
}

/** Adds everybody for whom the filter holds and who is not in the list; those whom a person took out stay out unless asked for. */
export async function addByFilter(
  db: Database,
  listId: string,
  { filter, condition }: ByFilter,
  includeRemoved: boolean,
  act: ListAct,
): Promise<ListChange> {
  return change(db, listId, act, async (trx) => {
    const changed = await addAll(trx, listId, condition, act.by, includeRemoved);
    await keep(trx, listId, 'add', act, { filter, changed, includeRemoved });
    return changed;
  });
}

/** Removes everybody in the list for whom the filter holds, each with a line in the history. */
export async function removeByFilter(
  db: Database,
  listId: string,
  { filter, condition }: ByFilter,
  act: ListAct,
): Promise<ListChange> {
  return change(db, listId, act, async (trx) => {
    const changed = await removeAll(trx, listId, condition, act);
    await keep(trx, listId, 'remove', act, { filter, changed });
    return changed;
  });
}

/** Adds one person by hand; who is in it already stays as they are. */
export async function addByHand(
  db: Database,
  listId: string,
  contactId: string,
  act: ListAct,
): Promise<ListChange> {
  return change(db, listId, act, async (trx) => {
    const contact = await trx
      .selectFrom('contact')
      .select('id')
      .where('id', '=', contactId)
      .executeTakeFirst();
    if (contact === undefined) return 'noContact';
    const { numAffectedRows: added = 0n } = await sql`
      insert into work_list_entry (list_id, contact_id, by_hand, added_by)
      values (${listId}, ${contactId}, true, ${act.by}) on conflict do nothing`.execute(trx);
    if (added > 0n) await keep(trx, listId, 'add', act, null, contactId);
    return Number(added);
  });
}

/** Removes one person by hand; who is not in it stays out. */
export async function removeByHand(
  db: Database,
  listId: string,
  contactId: string,
  act: ListAct,
): Promise<ListChange> {
  return change(db, listId, act, (trx) =>
    removeAll(trx, listId, sql<boolean>`contact.id = ${contactId}::uuid`, act),
  );
}

/** From now on nobody can change it. Freezing what is frozen changes nothing. */
export async function freezeWorkList(db: Database, listId: string, act: ListAct): Promise<ListChange> {
  const frozen = await change(db, listId, act, async (trx) => {
    await sql`update work_list set frozen_at = now(), frozen_by = ${act.by} where id = ${listId}`.execute(
      trx,
    );
    await keep(trx, listId, 'freeze', act, null);
    return 1;
  });
  return !frozen.ok && frozen.why === 'frozen' ? { ok: true, changed: 0 } : frozen;
}

/**
 * Runs `work` with the list locked and counts its version up when it changed something: two people who change a list do so one after the
 * other, and one who starts a campaign with it waits for both.
 */
async function change(
  db: Database,
  listId: string,
  { expectedVersion }: ListAct,
  work: (trx: Database) => Promise<number | 'noContact'>,
): Promise<ListChange> {
  const run = async (trx: Database): Promise<ListChange> => {
    const list = await trx
      .selectFrom('work_list')
      .select(['version', 'frozen_at', 'frozen_by'])
      .where('id', '=', listId)
      .forUpdate()
      .executeTakeFirst();
    if (list === undefined) return { ok: false, why: 'missing' };
    if (list.frozen_at !== null)
      return { ok: false, why: 'frozen', at: list.frozen_at, by: list.frozen_by ?? 'unknown' };
    if (expectedVersion !== null && expectedVersion !== list.version)
      return { ok: false, why: 'stale', version: list.version };
    const changed = await work(trx);
    if (changed === 'noContact') return { ok: false, why: 'noContact' };
    if (changed > 0)
      await sql`update work_list set version = version + 1, updated_at = now() where id = ${listId}`.execute(
        trx,
      );
    return { ok: true, changed };
  };
  return db.isTransaction ? run(db) : db.transaction().execute(run);
}

async function addAll(
  trx: Database,
  listId: string,
  condition: RawBuilder<boolean>,
  by: string,
  includeRemoved: boolean,
): Promise<number> {
  const stayOut = includeRemoved
    ? sql``
    : sql`and not exists (select from work_list_change c
        where c.list_id = ${listId} and c.contact_id = contact.id and c.action = 'remove')`;
  const { numAffectedRows: added = 0n } = await sql`
    insert into work_list_entry (list_id, contact_id, added_by)
    select ${listId}::uuid, contact.id, ${by} from contact where ${condition} ${stayOut}
    on conflict do nothing`.execute(trx);
  return Number(added);
}

/** One line of history for each person, with how they had come into the list. */
async function removeAll(
  trx: Database,
  listId: string,
  condition: RawBuilder<boolean>,
  { by, reason }: ListAct,
): Promise<number> {
  const { numAffectedRows: removed = 0n } = await sql`
    with gone as (
      delete from work_list_entry entry using contact
      where entry.list_id = ${listId} and contact.id = entry.contact_id and ${condition}
      returning entry.contact_id, entry.by_hand, entry.added_by, entry.added_at
    )
    insert into work_list_change (list_id, action, contact_id, detail, by, reason)
    select ${listId}::uuid, 'remove', contact_id,
      jsonb_build_object('addedBy', added_by, 'addedAt', added_at, 'byHand', by_hand), ${by}, ${reason}
    from gone`.execute(trx);
  return Number(removed);
}

async function keep(
  trx: Database,
  listId: string,
  action: 'create' | 'add' | 'remove' | 'freeze',
  { by, reason }: Pick<ListAct, 'by' | 'reason'>,
  detail: object | null,
  contactId: string | null = null,
): Promise<void> {
  await trx
    .insertInto('work_list_change')
    .values({
      list_id: listId,
      action,
      contact_id: contactId,
      by,
      reason,
      ...(detail === null ? {} : { detail: JSON.stringify(detail) }),
    })
    .execute();
}
