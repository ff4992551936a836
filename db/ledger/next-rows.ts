import { sql, type RawBuilder } from 'kysely';
import { singlesBatch } from '../../domain/plan-singles.ts';
import type { ClaimInput } from './claim.ts';

/** The rows that come next, as `next`, with their gates held: those who are to leave at once, due deferred ones, then everybody else in their order. */
export function nextRows(input: ClaimInput): RawBuilder<unknown> {
  const { campaignId, limit } = input;
  const inTurn = limitInTurn(input);
  return sql`${heldGate(input)}, ${urgentRows(input)}, due as (
      select d.contact_id, d.address, d.limit_index, d.forced_by from delivery d, open_gate
      where d.campaign_id = ${campaignId} and d.state = 'deferred' and d.next_attempt_at <= ${new Date(input.now)}
        and d.send_now_at is null
      order by d.next_attempt_at limit ${inTurn} for update of d skip locked
    ), fresh as (
      select d.contact_id, d.address, d.limit_index, d.forced_by from delivery d, open_gate
      where d.campaign_id = ${campaignId} and d.state = 'planned' and d.limit_index = 0 and d.send_now_at is null
      order by d.position limit ${inTurn} for update of d skip locked
    ), next as (
      select * from urgent union all select * from due union all select * from fresh limit ${limit}
    )`;
}

/** The same for a campaign with limits: limited domains come before everybody else, as far as their limits leave room. */
export function nextLimitedRows(input: ClaimInput): RawBuilder<unknown> {
  const { campaignId, limit } = input;
  const now = new Date(input.now);
  const inTurn = limitInTurn(input);
  return sql`${heldGate(input)}, lanes as (
      -- Everybody without a limit, and each limit with what it leaves now.
      select 0 as limit_index, ${limit}::bigint as room from open_gate
      union all
      select l.n::integer, greatest(0, (l.value ->> 'count')::bigint - coalesce((
        select sum(t.count) from limit_take t where t.campaign_id = ${campaignId} and t.limit_index = l.n
          and t.at > ${now}::timestamptz - (l.value ->> 'everyMs')::bigint * interval '1 millisecond'), 0))
      from campaign c join open_gate on open_gate.campaign_id = c.id, jsonb_array_elements(c.limits) with ordinality l (value, n)
    ), ${urgentRows(input)}, due as (
      select d.contact_id, d.address, d.limit_index, d.forced_by from lanes cross join lateral (
        select contact_id, address, limit_index, forced_by, next_attempt_at from delivery
        where campaign_id = ${campaignId} and state = 'deferred' and next_attempt_at <= ${now} and limit_index = lanes.limit_index
          and send_now_at is null
        order by next_attempt_at limit least(lanes.room, ${inTurn}) for update skip locked) d
      order by d.next_attempt_at limit ${limit}
    ), fresh as (
      select d.contact_id, d.address, d.limit_index, d.forced_by from lanes cross join lateral (
        select contact_id, address, limit_index, forced_by, position from delivery
        where campaign_id = ${campaignId} and state = 'planned' and limit_index = lanes.limit_index and send_now_at is null
        order by position limit least(${inTurn}, lanes.room - (select count(*) from due where due.limit_index = lanes.limit_index))
        for update skip locked) d
      -- Limited domains first: what a limit leaves is lost when it is not used in time.
      order by d.limit_index = 0, d.limit_index, d.position limit ${limit}
    ), next as (
      select * from urgent union all select * from due union all select * from fresh limit ${limit}
    )`;
}

/** The batch out of turn takes nobody who is not wanted at once. */
function limitInTurn({ batch, limit }: ClaimInput): number {
  return batch === singlesBatch ? 0 : limit;
}

function heldGate({ campaignId, token }: ClaimInput): RawBuilder<unknown> {
  return sql`open_gate as (
      select g.campaign_id, c.stream, c.newsletter_only, c.once_within_ms, c.template_version_id, c.uses_linked, c.forced_by
      from gate g join campaign c on c.id = g.campaign_id cross join main_gate m
      where g.campaign_id = ${campaignId} and g.open and g.token = ${token} and m.open
      for share of g, m
    )`;
}

function urgentRows({ campaignId, limit }: ClaimInput): RawBuilder<unknown> {
  return sql`urgent as (
      select d.contact_id, d.address, d.limit_index, d.forced_by from open_gate cross join lateral (
        select contact_id, address, limit_index, forced_by from delivery
        where campaign_id = ${campaignId} and send_now_at is not null and state in ('planned', 'deferred')
        order by send_now_at limit ${limit} for update skip locked) d
    )`;
}
