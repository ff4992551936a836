import { sql, type Selectable } from 'kysely';
import type { SendingWindow } from '../domain/calendar.ts';
import type { CampaignState } from '../domain/campaign-state.ts';
import type { StatedCapacity } from '../domain/capacity-settings.ts';
import type { DomainLimit } from '../domain/domain-limit.ts';
import type { Audience } from '../domain/filter/audience.ts';
import type { Guards } from '../domain/guards.ts';
import type { MailDocument } from '../domain/mail-documents.ts';
import type { PaceForm } from '../domain/pace-form.ts';
import type { ResponseLink } from '../domain/response-link.ts';
import type { Content, Identity } from '../domain/schema/content.ts';
import { keepCampaignDocuments } from './campaign-documents.ts';
import { keepCampaignRecords, type WantedRecords } from './campaign-records.ts';
import { noSources, sourceColumns, type MailSources } from './campaign-sources.ts';
import type { Follows } from './follow-up.ts';
import type { Database } from './open.ts';
import type { Schema } from './schema.ts';

export interface Draft {
  readonly name: string;
  readonly audience: Audience;
  readonly identity: Identity;
  readonly content: Content;
  /** Left out: identity and content are the campaign's own, and it has no signature. */
  readonly sources?: MailSources;
  readonly timeZone: string;
  readonly size: number;
  readonly gapMs: number;
  readonly paceForm: PaceForm;
  readonly windows: readonly SendingWindow[];
  readonly holidays: readonly string[];
  readonly limits: readonly DomainLimit[];
  readonly startAt: Date | null;
  readonly follows: Follows | null;
  readonly capacity: StatedCapacity | null;
  readonly responseLinks?: readonly ResponseLink[];
  /** Null or left out: the defaults. */
  readonly guards?: Guards | null;
  readonly stream: string;
  /** Null: only those who ordered the newsletter; otherwise why everybody, and who said so. */
  readonly everybody: { readonly reason: string; readonly by: string } | null;
  readonly onceWithinMs: number | null;
  readonly logActivity: boolean;
  /** Left out: as they are. */
  readonly records?: WantedRecords | undefined;
  /** The mail speaks of agents or linked records. */
  readonly usesLinked: boolean;
  /** Left out: they stay as they are. */
  readonly documents?: readonly MailDocument[];
}

type Columns = Selectable<Schema['campaign']>;
/** A campaign as stored; `position` orders lists with the database's microseconds. */
export type CampaignRow = Omit<Columns, 'audience' | 'identity' | 'content'> & {
  readonly audience: Audience;
  readonly identity: Identity;
  readonly content: Content;
};
type SettingsOfDrafts =
  | 'newsletter_only'
  | 'newsletter_reason'
  | 'newsletter_by'
  | 'identity_id'
  | 'template_version_id'
  | 'signature_id'
  | 'signature'
  | 'allowed_domains'
  | 'once_within_ms'
  | 'log_activity'
  | 'uses_linked'
  | 'forced_by';
export type CampaignSummaryRow = Omit<
  CampaignRow,
  | 'audience'
  | 'identity'
  | 'content'
  | 'windows'
  | 'holidays'
  | 'limits'
  | 'response_links'
  | 'guards'
  | 'evidence_after'
  | 'evidence_since'
  | 'last_position'
  | SettingsOfDrafts
> & {
  readonly position: string;
};

/** What a change of a draft came to. */
export type DraftChange =
  | { readonly ok: true; readonly campaign: CampaignRow }
  | { readonly ok: false; readonly why: 'missing' }
  | { readonly ok: false; readonly why: 'notDraft'; readonly state: CampaignState }
  | { readonly ok: false; readonly why: 'stale'; readonly version: number }
  /** Campaigns that wait for this one: `followers` are their ids. */
  | { readonly ok: false; readonly why: 'followed'; readonly followers: readonly string[] };

export async function insertDraft(db: Database, draft: Draft, by: string): Promise<CampaignRow> {
  return db.transaction().execute(async (trx) => {
    const row = await trx
      .insertInto('campaign')
      .values({ ...columns(draft), created_by: by })
      .returningAll()
      .executeTakeFirstOrThrow();
    if (draft.records !== undefined) await keepCampaignRecords(trx, row.id, draft.records);
    await keepCampaignDocuments(trx, row.id, draft.documents ?? []);
    return row;
  });
}

export async function readCampaign(db: Database, id: string): Promise<CampaignRow | null> {
  const row = await db.selectFrom('campaign').selectAll().where('id', '=', id).executeTakeFirst();
  return row ?? null;
}

/**
 * Changes a draft in one transaction. `change` gets the draft as it is and gives it as it shall be; what it throws
 * leaves everything as it was. `expectedVersion` null: whatever the version is.
 */
export async function updateDraft(
  db: Database,
  id: string,
  expectedVersion: number | null,
  change: (draft: CampaignRow) => Promise<Draft>,
): Promise<DraftChange> {
  return db.transaction().execute(async (trx) => {
    const found = await lockDraft(trx, id, expectedVersion);
    if (!found.ok) return found;
    const draft = await change(found.campaign);
    if (draft.records !== undefined) await keepCampaignRecords(trx, id, draft.records);
    if (draft.documents !== undefined) await keepCampaignDocuments(trx, id, draft.documents);
    const row = await trx
      .updateTable('campaign')
      .set({ ...columns(draft), version: sql`version + 1`, updated_at: sql`now()` })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { ok: true, campaign: row };
  });
}

export async function deleteDraft(
  db: Database,
  id: string,
  expectedVersion: number | null,
): Promise<DraftChange> {
  return db.transaction().execute(async (trx) => {
    const found = await lockDraft(trx, id, expectedVersion);
    if (!found.ok) return found;
    // The lock keeps others from beginning to follow it; drafts count, too.
    const rows = await trx.selectFrom('campaign').select('id').where('follows_id', '=', id).execute();
    if (rows.length > 0) return { ok: false, why: 'followed', followers: rows.map((row) => row.id) };
    await trx.deleteFrom('campaign').where('id', '=', id).execute();
    return found;
  });
}

/** Newest first. `after` is the position and id of the last row of the page before; `q` is a part of the name. */
export async function listCampaigns(
  db: Database,
  filter: {
    readonly state: CampaignState | undefined;
    readonly q: string | undefined;
    readonly after: readonly [position: string, id: string] | null;
    readonly limit: number;
  },
): Promise<CampaignSummaryRow[]> {
  const { state, q, after, limit } = filter;
  let query = db
    .selectFrom('campaign')
    .select(summaryColumns)
    .select(sql<string>`created_at::text`.as('position'))
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(limit);
  if (state !== undefined) query = query.where('state', '=', state);
  if (q !== undefined) query = query.where(sql<boolean>`strpos(lower(name), lower(${q})) > 0`);
  if (after !== null) {
    const [at, id] = after;
    query = query.where(
      sql<boolean>`(created_at < ${at}::timestamptz or (created_at = ${at}::timestamptz and id > ${id}::uuid))`,
    );
  }
  return query.execute();
}

/** Campaigns that a workflow must care for. */
export async function listActiveCampaigns(db: Database): Promise<{ id: string; state: CampaignState }[]> {
  return db
    .selectFrom('campaign')
    .select(['id', 'state'])
    .where('state', 'not in', ['draft', 'cancelled', 'finished'])
    .orderBy('created_at')
    .execute();
}

const summaryColumns = [
  'id',
  'version',
  'state',
  'name',
  'stream',
  'time_zone',
  'size',
  'gap_ms',
  'pace_form',
  'start_at',
  'follows_id',
  'follows_after_ms',
  'follows_only',
  'ended_at',
  'started_at',
  'snapshot_at',
  'total',
  'finished_at',
  'trouble',
  'capacity',
  'desk_id',
  'created_by',
  'created_at',
  'updated_at',
] as const;

async function lockDraft(trx: Database, id: string, expectedVersion: number | null): Promise<DraftChange> {
  const row = await trx
    .selectFrom('campaign')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) return { ok: false, why: 'missing' };
  if (expectedVersion !== null && row.version !== expectedVersion)
    return { ok: false, why: 'stale', version: row.version };
  if (row.state !== 'draft') return { ok: false, why: 'notDraft', state: row.state };
  return { ok: true, campaign: row };
}

function columns(draft: Draft) {
  return {
    name: draft.name,
    audience: JSON.stringify(draft.audience),
    identity: JSON.stringify(draft.identity),
    content: JSON.stringify(draft.content),
    ...sourceColumns(draft.sources ?? noSources),
    time_zone: draft.timeZone,
    size: draft.size,
    gap_ms: draft.gapMs,
    pace_form: JSON.stringify(draft.paceForm),
    windows: JSON.stringify(draft.windows),
    holidays: JSON.stringify(draft.holidays),
    limits: JSON.stringify(draft.limits),
    start_at: draft.startAt,
    follows_id: draft.follows?.campaignId ?? null,
    follows_after_ms: draft.follows?.afterMs ?? null,
    follows_only: draft.follows?.only ?? null,
    capacity: draft.capacity === null ? null : JSON.stringify(draft.capacity),
    desk_id: draft.capacity?.desk ?? null,
    response_links: JSON.stringify(draft.responseLinks ?? []),
    guards: draft.guards ? JSON.stringify(draft.guards) : null,
    stream: draft.stream,
    newsletter_only: draft.everybody === null,
    newsletter_reason: draft.everybody?.reason ?? null,
    newsletter_by: draft.everybody?.by ?? null,
    once_within_ms: draft.onceWithinMs,
    log_activity: draft.logActivity,
    uses_linked: draft.usesLinked,
  };
}
