import { sql } from 'kysely';
import type { SendingWindow } from '../domain/calendar.ts';
import type { Database } from './open.ts';

export interface DeskFields {
  readonly name: string;
  readonly capacity: number;
  readonly timeZone: string;
  /** Working hours; none: always. */
  readonly windows: readonly SendingWindow[];
}

export interface Desk extends DeskFields {
  readonly id: string;
  /** Open responses of all campaigns that feed it. */
  readonly open: number;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Position in the list, with the database's microseconds. */
  readonly position: string;
}

/** Makes a desk. `taken`: there is one of this name. */
export async function insertDesk(db: Database, fields: DeskFields, by: string): Promise<Desk | 'taken'> {
  return unlessTaken(async () => {
    const { name, capacity, timeZone, windows } = fields;
    const { id } = await db
      .insertInto('desk')
      .values({ name, capacity, time_zone: timeZone, windows: JSON.stringify(windows), created_by: by })
      .returning('id')
      .executeTakeFirstOrThrow();
    return selectDesks(db).where('desk.id', '=', id).executeTakeFirstOrThrow();
  });
}

/** Changes what is given. Null when there is no such desk; `taken`: another one has the name. */
export async function updateDesk(
  db: Database,
  id: string,
  change: { readonly [name in keyof DeskFields]?: DeskFields[name] | undefined },
): Promise<Desk | 'taken' | null> {
  return unlessTaken(async () => {
    await db
      .updateTable('desk')
      .set({ ...columns(change), updated_at: sql`now()` })
      .where('id', '=', id)
      .execute();
    return await readDesk(db, id);
  });
}

export async function readDesk(db: Database, id: string): Promise<Desk | null> {
  return (await selectDesks(db).where('desk.id', '=', id).executeTakeFirst()) ?? null;
}

/** Oldest first. `after` is the position and id of the last row of the page before. */
export async function listDesks(
  db: Database,
  after: readonly [position: string, id: string] | null,
  limit: number,
): Promise<Desk[]> {
  const query = selectDesks(db).orderBy('desk.created_at').orderBy('desk.id').limit(limit);
  if (after === null) return query.execute();
  return query
    .where(sql<boolean>`(desk.created_at, desk.id) > (${after[0]}::timestamptz, ${after[1]}::uuid)`)
    .execute();
}

/** Running campaigns whose pace follows the responses of this one: itself, and those that feed the same desk. */
export async function listBoundCampaigns(db: Database, campaignId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select o.id from campaign c join campaign o on o.id = c.id or o.desk_id = c.desk_id
    where c.id = ${campaignId} and o.capacity is not null and o.state = 'running'`.execute(db);
  return rows.map(({ id }) => id);
}

/** Running campaigns that feed a desk. */
export async function listDeskCampaigns(db: Database, deskId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('campaign')
    .select('id')
    .where('desk_id', '=', deskId)
    .where('state', '=', 'running')
    .execute();
  return rows.map(({ id }) => id);
}

async function unlessTaken<T>(work: () => Promise<T>): Promise<T | 'taken'> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && 'constraint' in error && error.constraint === 'desk_name') return 'taken';
    throw error;
  }
}

function columns({
  name,
  capacity,
  timeZone,
  windows,
}: { readonly [key in keyof DeskFields]?: DeskFields[key] | undefined }) {
  return {
    ...(name === undefined ? {} : { name }),
    ...(capacity === undefined ? {} : { capacity }),
    ...(timeZone === undefined ? {} : { time_zone: timeZone }),
    ...(windows === undefined ? {} : { windows: JSON.stringify(windows) }),
  };
}

function selectDesks(db: Database) {
  return db.selectFrom('desk').select([
    'desk.id',
    'desk.name',
    'desk.capacity',
    'desk.time_zone as timeZone',
    'desk.windows',
    // By the index of the desk's campaigns, then that of their open responses.
    sql<number>`(select count(*) from campaign c join response r on r.campaign_id = c.id
      where c.desk_id = desk.id and r.handled_at is null)`.as('open'),
    'desk.created_by as createdBy',
    'desk.created_at as createdAt',
    'desk.updated_at as updatedAt',
    sql<string>`desk.created_at::text`.as('position'),
  ]);
}
