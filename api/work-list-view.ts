import { resolveFilter } from '../db/audience.ts';
import type { Database } from '../db/open.ts';
import type { ByFilter, ListChange } from '../db/work-list-change.ts';
import { readWorkList, type WorkList } from '../db/work-lists.ts';
import type { Filter } from '../domain/filter/filter.ts';
import type { WorkListView } from '../domain/schema/work-list.ts';
import { audienceFaults } from './audience-input.ts';
import { refuse } from './check-input.ts';
import { entityTag } from './entity-tag.ts';
import { notFound, Problem } from './problem.ts';
import { wireInstant, wireInstantOrNull } from './wire-instant.ts';

export function showWorkList(list: WorkList): WorkListView {
  const { id, name, version, size, filter, frozenAt, frozenBy, createdAt, createdBy, updatedAt } = list;
  return {
    id,
    name,
    version,
    size,
    filter,
    frozenAt: wireInstantOrNull(frozenAt),
    frozenBy,
    createdAt: wireInstant(createdAt),
    createdBy,
    updatedAt: wireInstant(updatedAt),
  };
}

/** The list with its ETag, or 404. */
export async function answerWorkList(db: Database, listId: string) {
  const list = await findWorkList(db, listId);
  return { status: 200, headers: { ETag: entityTag(list.version) }, body: showWorkList(list) } as const;
}

export async function findWorkList(db: Database, listId: string): Promise<WorkList> {
  const list = await readWorkList(db, listId);
  if (list === null) throw notFound('work list', listId);
  return list;
}

/** A filter of a body, ready for use; refused (422) when it names what is not there. */
export async function filterOf(db: Database, filter: Filter): Promise<ByFilter> {
  const resolved = await resolveFilter(db, filter, new Date(), []);
  if (!resolved.ok) throw refuse('invalidBody', audienceFaults(resolved.faults, '/filter'));
  return { filter, condition: resolved.condition };
}

/** What a change came to, with the list as it is now; throws what it was refused with. */
export async function answerChange(
  db: Database,
  listId: string,
  contactId: string | null,
  change: ListChange,
) {
  if (!change.ok) throw refused(listId, contactId, change);
  const { headers, body } = await answerWorkList(db, listId);
  return { status: 200, headers, body: { changed: change.changed, workList: body } } as const;
}

export function refused(
  listId: string,
  contactId: string | null,
  change: Extract<ListChange, { ok: false }>,
): Problem {
  switch (change.why) {
    case 'missing':
      return notFound('work list', listId);
    case 'noContact':
      return notFound('contact', contactId ?? '');
    case 'frozen':
      return new Problem(
        'conflict',
        `the work list was frozen by ${change.by} at ${wireInstant(change.at)} and stays as it is; make a new one (its filter may be "in work list" this one)`,
      );
    case 'stale':
      return new Problem(
        'staleVersion',
        `If-Match names another version, the work list is at ${change.version}: somebody changed it meanwhile; read it again and decide anew`,
        { headers: { ETag: entityTag(change.version) } },
      );
  }
}
