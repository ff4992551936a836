import { sql } from 'kysely';
import type { Refusal } from '../domain/campaign-state.ts';
import type { DeliveryState } from '../domain/delivery-state.ts';
import type { Instant } from '../domain/instant.ts';
import { judgeRecipientAct, type RecipientAction } from '../domain/recipient-act.ts';
import { calendarOf } from './campaign-look.ts';
import type { Act, CampaignNow, ControlArguments } from './control-act.ts';
import type { Database } from './open.ts';

/** Whether the act may come into force. The delivery is locked: what was judged is what is changed. */
export async function judgeRecipient(
  trx: Database,
  action: RecipientAction,
  campaign: CampaignNow,
  { contactId = '' }: ControlArguments,
  at: Instant,
): Promise<'apply' | 'already' | Refusal> {
  const row = await lock(trx, campaign.id, contactId);
  const leaving =
    action === 'sendNow' ? await readDeparture(trx, campaign, row?.address ?? '', at) : free(at);
  return judgeRecipientAct(action, {
    now: at,
    campaign: campaign.state,
    delivery:
      row === null
        ? null
        : {
            state: row.state,
            isLast: row.is_last,
            leavesNow: row.send_now_at !== null,
            nextAttemptAt: row.next_attempt_at?.getTime() ?? null,
            isPutOff: row.state === 'deferred' && row.reason_code === 'frequencyCap',
          },
    ...leaving,
  });
}

/** Does it; the database refuses a transition that the ledger does not have. */
export async function actOnRecipient(
  trx: Database,
  action: RecipientAction,
  { campaignId, request: { contactId = '' } }: Act,
): Promise<{ readonly from: Record<string, unknown>; readonly to: Record<string, unknown> }> {
  const before = await lock(trx, campaignId, contactId);
  const state = before?.state;
  switch (action) {
    case 'skip':
      await sql`update delivery set state = 'skipped', settled_at = now(), next_attempt_at = null, send_now_at = null,
          reason_code = 'skippedByPerson', reason_text = 'taken out by a person'
        where campaign_id = ${campaignId} and contact_id = ${contactId}`.execute(trx);
      return { from: { contactId, state }, to: { contactId, state: 'skipped' } };
    case 'sendNow':
      await sql`update delivery set send_now_at = now(),
          next_attempt_at = case when state = 'deferred' then now() end
        where campaign_id = ${campaignId} and contact_id = ${contactId}`.execute(trx);
      return { from: { contactId, state }, to: { contactId, batch: 0 } };
    case 'moveToEnd': {
      const position = await nextPosition(trx, campaignId);
      await sql`update delivery set position = ${position}, send_now_at = null
        where campaign_id = ${campaignId} and contact_id = ${contactId}`.execute(trx);
      return { from: { contactId, position: before?.position }, to: { contactId, position } };
    }
  }
}

interface Locked {
  state: DeliveryState;
  address: string;
  position: number;
  is_last: boolean;
  send_now_at: Date | null;
  next_attempt_at: Date | null;
  reason_code: string | null;
}

async function lock(trx: Database, campaignId: string, contactId: string): Promise<Locked | null> {
  if (contactId === '') return null;
  const { rows } = await sql<Locked>`
    select state, address, position, send_now_at, next_attempt_at, reason_code,
      position = (select max(position) from delivery where campaign_id = ${campaignId} and state = 'planned') as is_last
    from delivery where campaign_id = ${campaignId} and contact_id = ${contactId} for update`.execute(trx);
  return rows[0] ?? null;
}

/** What stands against leaving at once. */
async function readDeparture(trx: Database, campaign: CampaignNow, address: string, at: Instant) {
  const { rows } = await sql<{ open: boolean; suppressed: boolean }>`
    select open, exists (select from suppression
      where address = ${address} and (stream is null or stream = ${campaign.stream})) as suppressed
    from main_gate`.execute(trx);
  const { trouble } = campaign;
  const [found] = rows;
  return {
    mainGateOpen: found?.open === true,
    opensAt: calendarOf(campaign).opensAt(at),
    isSuppressed: found?.suppressed === true,
    trouble: trouble === null ? null : { code: trouble.code, since: trouble.since },
  };
}

/** For acts that send nothing. */
function free(at: Instant) {
  return { mainGateOpen: true, opensAt: at, isSuppressed: false, trouble: null };
}

/** Behind everybody, also behind those who were moved before and have left: positions stay unique. */
async function nextPosition(trx: Database, campaignId: string): Promise<number> {
  const { last_position: position } = await trx
    .updateTable('campaign')
    .set({ last_position: sql`coalesce(last_position, total) + 1` })
    .where('id', '=', campaignId)
    .returning('last_position')
    .executeTakeFirstOrThrow();
  if (position === null) throw new Error('a position was just given');
  return position;
}
