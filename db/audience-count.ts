import { sql, type RawBuilder } from 'kysely';
import {
  consents,
  gotAllDocuments,
  gotTemplateVersion,
  hasUsableAddress,
  isKeptBackByAddress,
  isSuppressed,
  type Way,
} from './audience-checks.ts';
import { type Meant, audienceCondition } from './audience.ts';
import { contactColumns, type Contact } from './contacts.ts';
import { readLarge } from './large-read.ts';
import type { Database } from './open.ts';

/** Why somebody of the audience will not get the mail, in the order in which it is looked at; the first reason counts. */
const audienceReasons = ['noAddress', 'noConsent', 'suppressed', 'alreadySent'] as const;
type AudienceReason = (typeof audienceReasons)[number];

/** What is to be sent to whom. */
export interface AudienceCheck extends Meant {
  /** Only those who ordered the newsletter. */
  readonly newsletterOnly: boolean;
  readonly stream: string;
  /** Whoever got all of these has nothing left to get. */
  readonly documents: readonly string[];
  /** Nobody who got this version since then. */
  readonly onceWithin: { readonly templateVersionId: string; readonly since: Date } | null;
}

/** How many are kept back for each reason; `remaining` get it. Together they are the audience. */
export type AudienceCounts = Readonly<Record<AudienceReason | 'remaining', number>>;

/** One pass over the audience: each person is looked at once, and no further than to their first reason. */
export async function countChecked(db: Database, check: AudienceCheck, now: Date): Promise<AudienceCounts> {
  const isMeant = await audienceCondition(db, check, now);
  const { rows } = await readLarge(db, (trx) =>
    sql<{ why: keyof AudienceCounts; n: number }>`
      select ${reasonOf(check)} as why, count(*) as n from contact where ${isMeant} group by 1`.execute(trx),
  );
  const counts = { noAddress: 0, noConsent: 0, suppressed: 0, alreadySent: 0, remaining: 0 };
  for (const { why, n } of rows) counts[why] = n;
  return counts;
}

/** Those who are kept back for that reason, or remain; in the order of their addresses, after the given one. */
export async function listChecked(
  db: Database,
  check: AudienceCheck,
  why: keyof AudienceCounts,
  page: { readonly after: string | null; readonly limit: number; readonly now: Date },
): Promise<Contact[]> {
  const { after, limit, now } = page;
  const isMeant = await audienceCondition(db, check, now);
  let query = db
    .selectFrom('contact')
    .leftJoin('customer', 'customer.id', 'contact.customer_id')
    .select(contactColumns)
    .where(isMeant)
    .where(isKeptBack(check, why))
    .orderBy('contact.address')
    .limit(limit);
  if (after !== null) query = query.where('contact.address', '>', after);
  const people = query;
  return readLarge(db, (trx) => trx.executeQuery(people.compile()).then(({ rows }) => rows));
}

/** The first reason that holds. For most people it takes one look at the suppressions and one at what they got. */
function reasonOf(check: AudienceCheck): RawBuilder<string> {
  const is = (reason: AudienceReason): RawBuilder<boolean> => holds(check, reason, 'allAtOnce');
  return sql<string>`case
    when ${isKeptBackByAddress(check.stream, 'allAtOnce')} then
      case when ${is('noAddress')} then 'noAddress' when ${is('noConsent')} then 'noConsent' else 'suppressed' end
    when ${is('noConsent')} then 'noConsent'
    when ${is('alreadySent')} then 'alreadySent'
    else 'remaining' end`;
}

/** None of the reasons before, and this one. */
function isKeptBack(check: AudienceCheck, why: keyof AudienceCounts): RawBuilder<boolean> {
  const before = audienceReasons.slice(0, why === 'remaining' ? undefined : audienceReasons.indexOf(why));
  const parts = before.map((reason) => sql`not ${holds(check, reason, 'oneByOne')}`);
  if (why !== 'remaining') parts.push(sql`${holds(check, why, 'oneByOne')}`);
  return sql<boolean>`(${sql.join(parts, sql` and `)})`;
}

/** Each of them is true or false, never null. */
function holds(check: AudienceCheck, reason: AudienceReason, way: Way): RawBuilder<boolean> {
  switch (reason) {
    case 'noAddress':
      return sql<boolean>`(not (${hasUsableAddress(way)}))`;
    case 'noConsent':
      return check.newsletterOnly ? sql<boolean>`(not (${consents()}))` : sql<boolean>`false`;
    case 'suppressed':
      return isSuppressed(check.stream, way);
    case 'alreadySent': {
      const { documents, onceWithin } = check;
      const got =
        onceWithin === null
          ? sql`false`
          : gotTemplateVersion(onceWithin.templateVersionId, onceWithin.since, way);
      return sql<boolean>`(${gotAllDocuments(documents, way)} or ${got})`;
    }
  }
}
