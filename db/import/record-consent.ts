import { sql } from 'kysely';
import type { ContactValues } from '../../domain/import-row.ts';
import type { Database } from '../open.ts';

/** What a file said of one contact's newsletter, and what was known before. */
export interface ImportedConsent {
  readonly contactId: string;
  readonly before: boolean | null;
  readonly values: Pick<ContactValues, 'newsletter' | 'newsletterAt' | 'newsletterHow' | 'newsletterWording'>;
}

/**
 * Keeps the proof of every newsletter answer that an import changed; and one with a date that is not kept yet, also where the answer
 * is the same. What was said last decides, not what was imported last. A `yes` that is cleared counts as withdrawn.
 * `how` is said where the file does not say it.
 */
export async function recordConsent(
  db: Database,
  answers: readonly ImportedConsent[],
  { how, by }: { readonly how: string; readonly by: string },
): Promise<void> {
  const given = answers.flatMap(({ contactId, before, values }) => {
    const { newsletter, newsletterAt: at, newsletterHow, newsletterWording: wording } = values;
    const changed = newsletter === null ? before === true : newsletter !== before;
    if (!changed && (newsletter === null || at === null)) return [];
    return [{ contactId, given: newsletter === true, at, how: newsletterHow ?? how, wording, changed }];
  });
  if (given.length === 0) return;
  await sql`
    insert into consent (contact_id, given, at, how, wording, recorded_by)
    select "contactId", given, coalesce(at, now()), how, wording, ${by}
    from json_to_recordset(${JSON.stringify(given)}::json) as row (
      "contactId" uuid, given boolean, at timestamptz, how text, wording text, changed boolean)
    where (changed and at is null) or not exists (
      select from consent c where c.contact_id = row."contactId" and c.given = row.given and c.at = row.at
        and c.how = row.how and c.wording is not distinct from row.wording)`.execute(db);
  await letLatestDecide(
    db,
    given.flatMap(({ contactId, at }) => (at === null ? [] : [contactId])),
  );
}

/** A dated answer may be older than what was said since: an old file brings nobody back who has cancelled. */
async function letLatestDecide(db: Database, contactIds: readonly string[]): Promise<void> {
  if (contactIds.length === 0) return;
  await sql`
    update contact set newsletter = latest.given
    from (select distinct on (contact_id) contact_id, given from consent
      where contact_id = any (${[...contactIds]}::uuid[]) order by contact_id, at desc, id desc) latest
    where contact.id = latest.contact_id and contact.newsletter is distinct from latest.given`.execute(db);
}
