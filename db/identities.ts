import { sql, type Selectable, type Updateable } from 'kysely';
import type { Database } from './open.ts';
import { removeNamed } from './remove-named.ts';
import type { Schema } from './schema.ts';
import { unlessTaken, type RecordChange } from './unless-taken.ts';

export type IdentityRow = Selectable<Schema['identity']>;

export interface DkimFields {
  readonly domain: string;
  readonly selector: string;
  /** PEM. */
  readonly privateKey: string;
}

export interface IdentityFields {
  readonly label: string;
  readonly name: string;
  readonly address: string;
  readonly replyTo: string | null;
  readonly allowedDomains: readonly string[];
  /** Null: its mails are not signed by it. */
  readonly dkim: DkimFields | null;
}

export async function insertIdentity(
  db: Database,
  fields: IdentityFields,
  by: string,
): Promise<IdentityRow | 'taken'> {
  const { label, name, address } = fields;
  return unlessTaken('identity_label', () =>
    db
      .insertInto('identity')
      .values({ ...columns(fields), label, name, address, created_by: by })
      .returningAll()
      .executeTakeFirstOrThrow(),
  );
}

/** Null: there is none, or it was removed. */
export async function readIdentity(db: Database, id: string): Promise<IdentityRow | null> {
  const row = await db
    .selectFrom('identity')
    .selectAll()
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}

/** Oldest first; `position` orders with the database's microseconds. */
export async function listIdentities(
  db: Database,
  after: readonly [position: string, id: string] | null,
  limit: number,
): Promise<(IdentityRow & { readonly position: string })[]> {
  const query = db
    .selectFrom('identity')
    .selectAll()
    .select(sql<string>`created_at::text`.as('position'))
    .where('removed_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit);
  if (after === null) return query.execute();
  return query
    .where(sql<boolean>`(created_at, id) > (${after[0]}::timestamptz, ${after[1]}::uuid)`)
    .execute();
}

/** What is undefined stays. */
export async function updateIdentity(
  db: Database,
  id: string,
  expectedVersion: number | null,
  change: { readonly [name in keyof IdentityFields]?: IdentityFields[name] | undefined },
): Promise<RecordChange<IdentityRow>> {
  return unlessTaken('identity_label', () =>
    db.transaction().execute(async (trx) => {
      const row = await trx
        .selectFrom('identity')
        .select('version')
        .where('id', '=', id)
        .where('removed_at', 'is', null)
        .forUpdate()
        .executeTakeFirst();
      if (row === undefined) return 'missing';
      if (expectedVersion !== null && expectedVersion !== row.version) return { stale: row.version };
      return trx
        .updateTable('identity')
        .set({ ...columns(change), version: sql`version + 1`, updated_at: sql`now()` })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow();
    }),
  );
}

export async function removeIdentity(
  db: Database,
  id: string,
  expectedVersion: number | null,
  by: string,
): Promise<'removed' | 'missing' | { readonly stale: number }> {
  return removeNamed(db, 'identity', { id, expectedVersion, by });
}

/** The key that a campaign's mails are signed with, as it is now; null when its identity has none, or it has no identity. */
export async function readSigningKey(db: Database, campaignId: string): Promise<DkimFields | null> {
  const row = await db
    .selectFrom('campaign')
    .innerJoin('identity', 'identity.id', 'campaign.identity_id')
    .select(['dkim_domain', 'dkim_selector', 'dkim_key'])
    .where('campaign.id', '=', campaignId)
    .executeTakeFirst();
  return row === undefined ? null : dkimOf(row);
}

/** The three are there together or not at all. */
export function dkimOf({
  dkim_domain: domain,
  dkim_selector: selector,
  dkim_key: privateKey,
}: Pick<IdentityRow, 'dkim_domain' | 'dkim_selector' | 'dkim_key'>): DkimFields | null {
  return domain === null || selector === null || privateKey === null
    ? null
    : { domain, selector, privateKey };
}

function columns({
  label,
  name,
  address,
  replyTo,
  allowedDomains,
  dkim,
}: { readonly [key in keyof IdentityFields]?: IdentityFields[key] | undefined }): Updateable<
  Schema['identity']
> {
  return {
    ...(label === undefined ? {} : { label }),
    ...(name === undefined ? {} : { name }),
    ...(address === undefined ? {} : { address }),
    ...(replyTo === undefined ? {} : { reply_to: replyTo }),
    ...(allowedDomains === undefined ? {} : { allowed_domains: [...allowedDomains] }),
    ...(dkim === undefined
      ? {}
      : {
          dkim_domain: dkim?.domain ?? null,
          dkim_selector: dkim?.selector ?? null,
          dkim_key: dkim?.privateKey ?? null,
        }),
  };
}
