import { sql, type RawBuilder } from 'kysely';
import { formatDuration } from '../../domain/duration.ts';
import type { Database } from '../open.ts';
import type { ClaimInput } from './claim.ts';

/**
 * What keeps somebody from a mail, besides suppression and consent, as parts of the claim's statement.
 *
 * Semantics
 * - A document goes to a contact once, over all campaigns: the claim writes receipts for what is new to the contact, the database
 *   refuses a second one, and who gets nothing new is skipped. A mail that is tried again carries what it carried at first.
 * - Who had the same template version within the campaign's time is skipped.
 * - Who had as many mails of the stream as its frequency cap allows is put off until the cap leaves room: planned or deferred
 *   becomes deferred, no attempt is counted, and the time after which a mail is given up begins with its next attempt.
 * - A forced mail passes "once" and "within", neither suppression, consent nor the cap.
 *
 * Implementation
 * - What other campaigns do at the same moment counts, too. For documents a unique index decides. The cap of the stream and the
 *   template version are locked one after the other before the statement that counts: its snapshot then has whatever other
 *   claims have done. Receipts are written in the order of contacts and documents: two claims cannot wait for each other.
 */
export interface Rules {
  /** Ending of the prepared statement's name. */
  readonly name: string;
  /** Name of the first look at the rows; what is decided of them is `judged`. */
  readonly checked: 'checked' | 'judged';
  readonly refusals: RawBuilder<unknown>;
  readonly refusalTexts: RawBuilder<unknown>;
  readonly columns: RawBuilder<unknown>;
  readonly joins: RawBuilder<unknown>;
  readonly judged: RawBuilder<unknown>;
  readonly putOff: RawBuilder<unknown>;
  readonly countPutOff: RawBuilder<unknown>;
  /** Condition on a judged row `k`: it is to leave now. */
  readonly goes: RawBuilder<unknown>;
  readonly noted: RawBuilder<unknown>;
  readonly returned: RawBuilder<unknown>;
}

/** For campaigns without any of it. */
export const fastRules: Rules = {
  name: '',
  checked: 'judged',
  refusals: sql``,
  refusalTexts: sql``,
  columns: sql``,
  joins: sql``,
  judged: sql``,
  putOff: sql``,
  countPutOff: sql`0::bigint`,
  goes: sql`k.refusal is null`,
  noted: sql``,
  returned: sql``,
};

interface Cap {
  readonly stream: string;
  readonly count: number;
  readonly per_ms: number;
}

/** Locks what the campaign shares with others, until the transaction ends. @returns the cap of its stream, null when it has none. */
export async function lockRules(trx: Database, campaignId: string): Promise<Cap | null> {
  const { rows } = await sql<Cap | { readonly stream: null }>`
    -- prepare: lock_claim_rules
    with cap as (
      select f.stream, f.count, f.per_ms from frequency_cap f join campaign c on c.stream = f.stream
      where c.id = ${campaignId} for update of f
    ), template as (
      select t.id from template_version t join campaign c on c.template_version_id = t.id
      where c.id = ${campaignId} and c.once_within_ms is not null and (select count(*) from cap) >= 0 for no key update of t
    )
    select cap.* from (select count(*) from template) as locked left join cap on true`.execute(trx);
  const [cap] = rows;
  return cap === undefined || cap.stream === null ? null : cap;
}

/** For campaigns with any of it; `cap` as it is locked. */
export function withRules(
  { campaignId, now }: Pick<ClaimInput, 'campaignId' | 'now'>,
  cap: Cap | null,
): Rules {
  const at = new Date(now);
  const per = cap === null ? '' : formatDuration(cap.per_ms);
  const capText =
    cap === null
      ? ''
      : `has had ${cap.count} ${cap.stream} ${cap.count === 1 ? 'mail' : 'mails'} in ${per}, as many as the frequency cap allows`;
  return {
    name: '_by_rules',
    checked: 'checked',
    refusals: sql`when t.at is not null then 'templateSentRecently'`,
    refusalTexts: sql`when t.at is not null then format('got the same version of the template with campaign %s on %s',
      to_json(t.name), to_char(t.at at time zone 'UTC', 'YYYY-MM-DD'))`,
    columns: sql`, coalesce(next.forced_by, g.forced_by) as forced_by, f.frees_at,
        case when g.uses_linked then linked_values(c.id, c.customer_id, g.campaign_id) end as linked`,
    joins: sql`left join lateral (
        select y.name, ${mailedAt} as at from delivery x join campaign y on y.id = x.campaign_id
        where g.once_within_ms is not null and x.contact_id = next.contact_id and x.campaign_id <> g.campaign_id and y.template_version_id = g.template_version_id
          and x.state in ('sending', 'sent', 'inDoubt') and coalesce(next.forced_by, g.forced_by) is null
          and ${mailedAt} > ${at}::timestamptz - g.once_within_ms * interval '1 millisecond'
        order by at desc limit 1
      ) t on true
      left join lateral (
        -- The mail whose leaving the period makes room: the last but so many.
        select ${mailedAt} + ${cap?.per_ms ?? null}::bigint * interval '1 millisecond' as frees_at
        from delivery x join campaign y on y.id = x.campaign_id
        where ${cap !== null}::boolean and x.contact_id = next.contact_id and y.stream = g.stream and x.state in ('sending', 'sent', 'inDoubt')
          and ${mailedAt} > ${at}::timestamptz - ${cap?.per_ms ?? null}::bigint * interval '1 millisecond'
        order by 1 desc offset greatest(${cap?.count ?? null}::integer - 1, 0) limit 1
      ) f on true`,
    judged: judgeDocuments(campaignId),
    putOff: sql`, put_off as (
      update delivery d set state = 'deferred', next_attempt_at = k.frees_at, send_now_at = null, batch = null, token = null,
        first_attempt_at = null, reason_code = 'frequencyCap', reason_text = ${capText}
      from judged k
      where d.campaign_id = ${campaignId} and d.contact_id = k.contact_id and k.refusal is null and k.frees_at is not null
      returning 1
    )`,
    countPutOff: sql`(select count(*) from put_off)`,
    goes: sql`k.refusal is null and k.frees_at is null`,
    noted: sql`, linked_values = k.linked`,
    returned: sql`, k.linked, k.document_ids`,
  };
}

/** When a mail of delivery `x` left, by the workflow's time where that is known (as the function mailed_at). */
const mailedAt = sql`(case when x.attempts = 1 then x.first_attempt_at else x.sending_at end)`;

/** Writes the receipts; who gets no document of a campaign with documents is refused. */
function judgeDocuments(campaignId: string): RawBuilder<unknown> {
  return sql`, wanted as (
      select k.contact_id, k.forced_by, w.document_id
      from checked k join campaign_document w on w.campaign_id = ${campaignId}
      where k.refusal is null and k.frees_at is null
    ), carried_before as (
      select r.contact_id, r.document_id from document_receipt r
      where r.campaign_id = ${campaignId} and r.contact_id = any (array(select contact_id from wanted))
    ), carried_first as (
      insert into document_receipt (document_id, contact_id, campaign_id)
      select w.document_id, w.contact_id, ${campaignId} from wanted w
      where (w.forced_by is not null or not exists (select from carried_before b where b.contact_id = w.contact_id))
        and not exists (select from document_receipt r where r.contact_id = w.contact_id and r.document_id = w.document_id)
      order by w.contact_id, w.document_id
      on conflict do nothing returning contact_id, document_id
    ), carried_again as (
      insert into document_receipt (document_id, contact_id, campaign_id, forced_by)
      select w.document_id, w.contact_id, ${campaignId}, w.forced_by from wanted w
      where w.forced_by is not null
        and not exists (select from carried_first f where f.contact_id = w.contact_id and f.document_id = w.document_id)
        and not exists (select from carried_before b where b.contact_id = w.contact_id and b.document_id = w.document_id)
      order by w.contact_id, w.document_id
      on conflict do nothing returning contact_id, document_id
    ), carried as (
      select * from carried_before union all select * from carried_first union all select * from carried_again
    ), carried_by as (
      select c.contact_id, array_agg(c.document_id order by w.position) as ids
      from carried c join campaign_document w on w.campaign_id = ${campaignId} and w.document_id = c.document_id
      group by c.contact_id
    ), judged as (
      select k.contact_id, k.limit_index, k.contact_version, k.first_name, k.last_name, k.title, k.salutation, k.language, k.time_zone,
        k.attributes, k.customer_version, k.customer_name, k.customer_attributes, k.linked, k.frees_at, b.ids as document_ids,
        case when h.nothing_new then 'documentSent' else k.refusal end as refusal,
        case when h.nothing_new then coalesce(e.text, 'another campaign was sending it at the same moment') else k.refusal_text end as refusal_text
      from checked k left join carried_by b on b.contact_id = k.contact_id
      cross join lateral (
        select k.refusal is null and k.frees_at is null and b.ids is null
          and exists (select from campaign_document where campaign_id = ${campaignId}) as nothing_new
      ) h
      left join lateral (
        select format('got %s with campaign %s on %s', to_json(t.title), to_json(y.name), to_char(r.at at time zone 'UTC', 'YYYY-MM-DD')) as text
        from campaign_document w join document_receipt r on r.document_id = w.document_id and r.contact_id = k.contact_id
        join document t on t.id = r.document_id join campaign y on y.id = r.campaign_id
        where w.campaign_id = ${campaignId} and h.nothing_new order by w.position, r.at limit 1
      ) e on true
    )`;
}
