import { sql, type RawBuilder } from 'kysely';
import type { Database } from './open.ts';

/**
 * True for an address (as in contact.address and delivery.address) that the campaign's identity may not write to. `campaign` and
 * `address` are SQL: the alias of a campaign's row and the column with the address. Domains are compared whole, as domain limits are.
 */
export function domainNotAllowed(campaign: string, address: string): RawBuilder<boolean> {
  const of = sql.ref(`${campaign}.allowed_domains`);
  return sql<boolean>`(cardinality(${of}) > 0 and not substring(${sql.ref(address)} from '[^@]*$') = any (${of}))`;
}

/** Recipients who are planned and whom the campaign's identity may not write to become skipped, with the reason. */
export async function skipDomainsNotAllowed(trx: Database, campaignId: string): Promise<void> {
  const { rows } = await sql<{ limits: boolean }>`
    select cardinality(allowed_domains) > 0 as limits from campaign where id = ${campaignId}`.execute(trx);
  if (rows[0]?.limits !== true) return;
  await sql`
    update delivery d set state = 'skipped', settled_at = now(), reason_code = 'domainNotAllowed',
      reason_text = format('the identity %s may not write to %s', to_json(coalesce(i.label, c.identity ->> 'address')),
        substring(d.address from '[^@]*$'))
    from campaign c left join identity i on i.id = c.identity_id
    where c.id = ${campaignId} and d.campaign_id = c.id and d.state = 'planned' and ${domainNotAllowed('c', 'd.address')}`.execute(
    trx,
  );
}
