import { sql, type Selectable } from 'kysely';
import type { Instant } from '../domain/instant.ts';
import { resolvePace, type AskedPace, type PaceForm, type ResolvedPace } from '../domain/pace-form.ts';
import type { Pace } from '../domain/pace.ts';
import { calendarOf } from './campaign-look.ts';
import type { Database } from './open.ts';
import type { Schema } from './schema.ts';

/** A pace in force and the one that is asked for. */
export interface PaceNow {
  readonly current: StoredPace;
  readonly wanted: ResolvedPace;
  /** Nothing would change. */
  readonly isTheSame: boolean;
  /** The control row of the change that this one takes back. */
  readonly undoes?: string;
}

interface StoredPace {
  readonly pace: Pace;
  readonly form: PaceForm;
}

type Campaign = Pick<
  Selectable<Schema['campaign']>,
  'id' | 'size' | 'gap_ms' | 'pace_form' | 'time_zone' | 'windows' | 'holidays' | 'start_at'
>;

/** What an asked pace means for a campaign as it stands, at the workflow's time `at`. The caller holds its lock. */
export async function resolveAskedPace(
  trx: Database,
  campaign: Campaign,
  asked: AskedPace,
  at: Instant,
): Promise<PaceNow> {
  const { rows } = await sql<{ last_batch: number; left: number }>`
    select coalesce((select max(number) from batch where campaign_id = ${campaign.id}), 0) as last_batch,
      (select count(*) from delivery where campaign_id = ${campaign.id} and state = 'planned')
        + (select count(*) from delivery where campaign_id = ${campaign.id} and state = 'deferred') as left`.execute(
    trx,
  );
  const wanted = resolvePace(asked, {
    recipients: rows[0]?.left ?? 0,
    from: Math.max(at, campaign.start_at?.getTime() ?? 0),
    calendar: calendarOf(campaign),
    lastBatch: rows[0]?.last_batch ?? 0,
  });
  const current = { pace: { size: campaign.size, gapMs: campaign.gap_ms }, form: campaign.pace_form };
  return { current, wanted, isTheSame: !('refusal' in wanted) && isSame(current, wanted) };
}

/** A ramp is never the same: asked for again it begins again. */
function isSame(current: StoredPace, wanted: StoredPace): boolean {
  const { pace, form } = wanted;
  return (
    current.pace.size === pace.size &&
    current.pace.gapMs === pace.gapMs &&
    form.ramp === undefined &&
    current.form.ramp === undefined &&
    current.form.perHour === form.perHour &&
    current.form.finishBy === form.finishBy &&
    current.form.jitter === form.jitter
  );
}
