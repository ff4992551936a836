import { sql } from 'kysely';
import pg from 'pg';
import { eventChannel } from './notify.ts';
import type { Database } from './open.ts';

export interface EventRow {
  readonly id: number;
  readonly type: 'state' | 'batch' | 'control';
  readonly data: Record<string, unknown>;
}

/** The events of a campaign after an id, oldest first. */
export async function readEventsAfter(
  db: Database,
  campaignId: string,
  afterId: number,
  limit: number,
): Promise<EventRow[]> {
  const { rows } = await sql<EventRow>`
    select id, type, data from campaign_event
    where campaign_id = ${campaignId} and id > ${afterId} order by id limit ${limit}`.execute(db);
  return rows;
}

/** The id of a campaign's newest event, 0 when there is none. */
export async function newestEventId(db: Database, campaignId: string): Promise<number> {
  const { rows } = await sql<{ id: number | null }>`
    select max(id) as id from campaign_event where campaign_id = ${campaignId}`.execute(db);
  return rows[0]?.id ?? 0;
}

/**
 * Calls `heard` with the campaign's id for each announced event, on a connection of its own that is opened again when
 * it is lost. Announcements are a hint only: what was missed meanwhile is found by the next look at the table.
 */
export function listenForEvents(
  databaseUrl: string,
  heard: (campaignId: string) => void,
): { close(): Promise<void> } {
  let closed = false;
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;

  const open = async (): Promise<void> => {
    const opening = new pg.Client({ connectionString: databaseUrl, application_name: 'sluice api events' });
    client = opening;
    const again = (): void => {
      if (client !== opening) return;
      client = null;
      if (!closed) timer = setTimeout(() => void open(), 1_000);
      opening.end().catch(() => undefined);
    };
    opening.on('error', again);
    opening.on('end', again);
    opening.on('notification', ({ payload }) => heard(payload ?? ''));
    try {
      await opening.connect();
      await opening.query(`listen ${eventChannel}`);
    } catch {
      again();
    }
  };

  void open();
  return {
    close: async () => {
      closed = true;
      clearTimeout(timer);
      const last = client;
      client = null;
      await last?.end().catch(() => undefined);
    },
  };
}
