import { sql } from 'kysely';
import { afterAll, beforeAll } from 'vitest';
import { readCountsOf } from '../../db/counts.ts';
import type { Follows } from '../../db/follow-up.ts';
import { snapshotAudience } from '../../db/ledger/snapshot.ts';
import { openDatabase, type Database } from '../../db/open.ts';
import { startCampaign } from '../../db/start.ts';
import type { SendingWindow } from '../../domain/calendar.ts';
import type { StatedCapacity } from '../../domain/capacity-settings.ts';
import type { Counts } from '../../domain/delivery-state.ts';
import type { DomainLimit } from '../../domain/domain-limit.ts';
import type { PaceForm } from '../../domain/pace-form.ts';
import { createTestDatabase } from './postgres.ts';

/**
 * The workflow's time in tests without a workflow. Later than the clock on any wall: a campaign that is started now is due
 * in every one of them.
 */
export const workflowTime = Date.UTC(2100, 0, 1, 8);

/** What all tests of one file share; filled before the first one. */
export interface DatabaseOfFile {
  readonly db: Database;
  readonly url: string;
}

/** A database for the test file that calls this at its top, and a pool on it. */
export function useDatabase(options: { connections?: number } = {}): DatabaseOfFile {
  let parts: (DatabaseOfFile & { drop(): Promise<void> }) | undefined;
  beforeAll(async () => {
    const database = await createTestDatabase();
    const { url } = database;
    parts = { db: openDatabase(url, { name: 'test', ...options }), url, drop: () => database.drop() };
  });
  afterAll(async () => {
    await parts?.db.destroy();
    await parts?.drop();
  });
  const ready = (): DatabaseOfFile => {
    if (parts === undefined) throw new Error('the database is there from beforeAll on');
    return parts;
  };
  return {
    get db() {
      return ready().db;
    },
    get url() {
      return ready().url;
    },
  };
}

/** Adds `count` contacts: `user1@example.com` … with first and last names; `prefix` keeps tests of one database apart. */
export async function addContacts(db: Database, count: number, prefix = 'user'): Promise<void> {
  await sql`
    insert into contact (address, email, first_name, last_name)
    select ${prefix} || i || '@example.com', ${prefix} || i || '@example.com', 'First' || i, 'Last' || i
    from generate_series(1, ${count}::int) i`.execute(db);
}

export interface DraftOptions {
  readonly size?: number;
  readonly gapMs?: number;
  readonly startAt?: Date;
  readonly paceForm?: PaceForm;
  readonly timeZone?: string;
  readonly windows?: readonly SendingWindow[];
  readonly holidays?: readonly string[];
  readonly limits?: readonly DomainLimit[];
  readonly follows?: Follows;
  readonly capacity?: StatedCapacity;
  readonly content?: { subject: string; text?: string; html?: string; mjml?: string };
}

/** A draft as the API would have saved it. @returns its id. */
export async function addDraft(db: Database, draft: DraftOptions = {}): Promise<string> {
  const row = await db
    .insertInto('campaign')
    .values({
      name: 'Server upgrade',
      audience: JSON.stringify({ all: true }),
      identity: JSON.stringify({ name: 'IT department', address: 'it@example.com' }),
      content: JSON.stringify(
        draft.content ?? {
          subject: 'Hello {{ contact.firstName }}',
          text: 'Dear {{ contact.firstName }},\nplease act.\n',
        },
      ),
      size: draft.size ?? 50,
      gap_ms: draft.gapMs ?? 1_200_000,
      start_at: draft.startAt ?? null,
      pace_form: JSON.stringify(draft.paceForm ?? {}),
      time_zone: draft.timeZone ?? 'UTC',
      windows: JSON.stringify(draft.windows ?? []),
      holidays: JSON.stringify(draft.holidays ?? []),
      limits: JSON.stringify(draft.limits ?? []),
      capacity: draft.capacity === undefined ? null : JSON.stringify(draft.capacity),
      desk_id: draft.capacity?.desk ?? null,
      follows_id: draft.follows?.campaignId ?? null,
      follows_after_ms: draft.follows?.afterMs ?? null,
      follows_only: draft.follows?.only ?? null,
      created_by: 'test',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** A campaign that was started, before its snapshot. @returns its id. */
export async function addStarted(db: Database, draft: DraftOptions = {}): Promise<string> {
  const campaignId = await addDraft(db, draft);
  await startCampaign(db, { campaignId, by: 'test', startAt: null, expectedVersion: null });
  return campaignId;
}

/** A campaign that was started, with everybody in its ledger. @returns its id. */
export async function addRunning(db: Database, draft: DraftOptions = {}): Promise<string> {
  const campaignId = await addStarted(db, draft);
  await snapshotAudience(db, campaignId);
  return campaignId;
}

/** The counts that are not zero; `total` always. */
export async function countsOf(db: Database, campaignId: string): Promise<Partial<Counts>> {
  const counts = await readCountsOf(db, campaignId);
  return Object.fromEntries(Object.entries(counts).filter(([key, n]) => n > 0 || key === 'total'));
}

/** All deliveries of a campaign in their order. */
export async function ledgerOf(db: Database, campaignId: string) {
  return db
    .selectFrom('delivery')
    .selectAll()
    .where('campaign_id', '=', campaignId)
    .orderBy('position')
    .execute();
}

export async function batchesOf(db: Database, campaignId: string) {
  return db.selectFrom('batch').selectAll().where('campaign_id', '=', campaignId).orderBy('number').execute();
}

/** What is kept of acts that came into force, oldest first. */
export async function historyOf(db: Database, campaignId: string) {
  return db
    .selectFrom('control')
    .select(['id', 'action', 'by', 'via', 'from', 'to', 'reason'])
    .where('campaign_id', '=', campaignId)
    .where('applied_at', 'is not', null)
    .orderBy('applied_at')
    .execute();
}
