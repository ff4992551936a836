import { sql } from 'kysely';
import type { Instant } from '../domain/instant.ts';
import type { Database } from './open.ts';

/** Proof that somebody ordered or cancelled the newsletter. */
export interface ConsentRow {
  readonly id: number;
  readonly given: boolean;
  readonly at: Date;
  readonly how: string;
  readonly wording: string | null;
  readonly recordedBy: string;
  readonly recordedAt: Date;
}

interface NewConsent {
  readonly contactId: string;
  readonly given: boolean;
  /** When the person said it; null: now. */
  readonly at: Instant | null;
  readonly how: string;
  readonly wording: string | null;
  readonly by: string;
}

/**
 * Keeps what somebody said about the newsletter; what was said last (not what was noted last) decides whether the person has it.
 * @returns null when there is no such contact.
 */
export async function recordConsent(db: Database, consent: NewConsent): Promise<ConsentRow | null> {
  return db.transaction().execute(async (trx) => {
    const found = await lockNewsletter(trx, consent.contactId);
    if (found === null) return null;
    const row = await insertConsent(trx, consent);
    await sql`update contact set updated_at = now(), newsletter = (
        select given from consent where contact_id = ${consent.contactId} order by at desc, id desc limit 1)
      where id = ${consent.contactId}`.execute(trx);
    return row;
  });
}

/**
 * The proof of a change of contact.newsletter that a person makes by hand, in the transaction of that change and before it. What
 * is so already adds nothing; "not known" counts as cancelled.
 */
export async function noteNewsletterChange(
  trx: Database,
  contactId: string,
  newsletter: boolean | null,
  by: string,
): Promise<void> {
  const before = await lockNewsletter(trx, contactId);
  if (before === null || before.newsletter === newsletter) return;
  const what = newsletter === null ? 'set to not known' : 'changed';
  const how = `${what} by ${by} through the API`;
  await insertConsent(trx, { contactId, given: newsletter === true, at: null, how, wording: null, by });
}

/** Newest note first. `before`: id of the last row of the page before. */
export async function listConsents(
  db: Database,
  contactId: string,
  before: number | null,
  limit: number,
): Promise<ConsentRow[]> {
  let query = selectConsents(db).where('contact_id', '=', contactId).orderBy('id', 'desc').limit(limit);
  if (before !== null) query = query.where('id', '<', before);
  return query.execute();
}

interface ExportedConsent extends ConsentRow {
  readonly contactId: string;
  readonly email: string;
}

/** All proofs in the order in which they were noted, a piece at a time. */
export async function* exportConsents(db: Database): AsyncGenerator<ExportedConsent[]> {
  for (let after = 0; ;) {
    const rows = await selectConsents(db)
      .innerJoin('contact', 'contact.id', 'consent.contact_id')
      .select(['consent.contact_id as contactId', 'contact.email'])
      .where('consent.id', '>', after)
      .orderBy('consent.id')
      .limit(1_000)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last.id;
  }
}

async function lockNewsletter(
  trx: Database,
  contactId: string,
): Promise<{ newsletter: boolean | null } | null> {
  const row = await trx
    .selectFrom('contact')
    .select('newsletter')
    .where('id', '=', contactId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row ?? null;
}

async function insertConsent(trx: Database, consent: NewConsent): Promise<ConsentRow> {
  const { contactId, given, at, how, wording, by } = consent;
  const { id } = await trx
    .insertInto('consent')
    .values({
      contact_id: contactId,
      given,
      at: at === null ? sql`now()` : new Date(at),
      how,
      wording,
      recorded_by: by,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return selectConsents(trx).where('consent.id', '=', id).executeTakeFirstOrThrow();
}

function selectConsents(db: Database) {
  return db
    .selectFrom('consent')
    .select([
      'consent.id',
      'consent.given',
      'consent.at',
      'consent.how',
      'consent.wording',
      'consent.recorded_by as recordedBy',
      'consent.recorded_at as recordedAt',
    ]);
}
