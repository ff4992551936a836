import { countChecked, listChecked, type AudienceCheck } from '../../db/audience-count.ts';
import { audienceCondition, countAudience } from '../../db/audience.ts';
import { snapshotAudience } from '../../db/ledger/snapshot.ts';
import { listMails, type MailsOf } from '../../db/mail-history.ts';
import type { Database } from '../../db/open.ts';
import { startCampaign } from '../../db/start.ts';
import { createWorkList } from '../../db/work-list-change.ts';
import { parseFilter } from '../../domain/filter/parse-filter.ts';
import type { BenchStack } from './bench-stack.ts';
import type { Figure } from './figures.ts';
import { fillForFilters } from './filter-data.ts';

const filters = [
  'customer.category = A and customer.agent = "Agent 5" and not received document "Price list 3" and newsletter = yes and last mail older than 90 days',
  'customer.category = A and newsletter = yes',
  'contact.department = d7',
  'contact.department in (d1, d2, d3) and language = de',
  'contact.since before 2018-01-01',
  'customer.turnover > 900 or contact.department = d3',
  'email contains p77',
  'last mail older than 90 days',
  'last mail never',
  'not received document "Price list 3"',
  'has record order with (status = open)',
  'received campaign "Campaign 7" and not bounced',
];

/** What a filter over so many contacts costs: its count, its first page, the counts before and after checking; the slowest of each. */
export async function measureFilters(stack: BenchStack, contacts: number): Promise<Figure[]> {
  const { db } = stack.arena;
  console.error(`  filling ${contacts} contacts with five deliveries each …`);
  await fillForFilters(db, contacts);
  const slowest = { count: 0, page: 0, checked: 0 };
  for (const text of filters) {
    const parsed = parseFilter(text);
    if (!parsed.ok) throw new Error(parsed.fault);
    const audience = { filter: parsed.filter };
    const check: AudienceCheck = {
      audience,
      newsletterOnly: true,
      stream: 'marketing',
      documents: [],
      onceWithin: null,
    };
    const page = { after: null, limit: 51, now: new Date() };
    const took = {
      count: await secondsOf(() => countAudience(db, check)),
      page: await secondsOf(() => listChecked(db, check, 'remaining', page)),
      checked: await secondsOf(() => countChecked(db, check, page.now)),
    };
    console.error(
      `  count ${took.count.toFixed(2)} s, page ${took.page.toFixed(2)} s, checked ${took.checked.toFixed(2)} s: ${text}`,
    );
    for (const what of ['count', 'page', 'checked'] as const)
      slowest[what] = Math.max(slowest[what], took[what]);
  }
  const condition = await audienceCondition(db, { audience: { all: true } });
  const from = { filter: { not: { bounced: true } } as const, condition };
  const list = await secondsOf(
    () => createWorkList(db, `Bench ${Date.now()}`, from, { by: 'bench', reason: null }),
    1,
  );
  const of = `${contacts.toLocaleString('en')} contacts`;
  return [
    { name: `filter over ${of}: count, slowest of ${filters.length}`, value: slowest.count, unit: 's' },
    { name: `filter over ${of}: first page, slowest`, value: slowest.page, unit: 's' },
    {
      name: `filter over ${of}: counts before and after checking, slowest`,
      value: slowest.checked,
      unit: 's',
    },
    { name: `work list of ${of}`, value: list, unit: 's' },
    ...(await measureHistory(db, of)),
    { name: `snapshot of ${of}`, value: await measureSnapshot(db), unit: 's' },
  ];
}

/** The first page of what one person and one customer got, and of who got a document that a tenth of all people has. */
async function measureHistory(db: Database, of: string): Promise<Figure[]> {
  const contact = await db
    .selectFrom('contact')
    .select(['id', 'customer_id'])
    .limit(1)
    .executeTakeFirstOrThrow();
  const document = await db.selectFrom('document').select('id').limit(1).executeTakeFirstOrThrow();
  const looks: readonly (readonly [string, MailsOf])[] = [
    ['a person', { contactId: contact.id }],
    ['a customer', { customerId: contact.customer_id ?? '' }],
    ['a document', { documentIds: [document.id] }],
  ];
  const figures: Figure[] = [];
  for (const [what, whose] of looks) {
    const seconds = await secondsOf(() => listMails(db, whose, {}, null, 51));
    figures.push({ name: `history of ${what} among ${of}, first page`, value: seconds * 1_000, unit: 'ms' });
  }
  return figures;
}

async function measureSnapshot(db: Database): Promise<number> {
  const { id } = await db
    .insertInto('campaign')
    .values({
      name: 'Everybody',
      audience: '{"all": true}',
      identity: '{}',
      content: '{}',
      size: 50,
      gap_ms: 1_000,
      created_by: 'bench',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await startCampaign(db, { campaignId: id, by: 'bench', startAt: null, expectedVersion: null });
  return secondsOf(() => snapshotAudience(db, id), 1);
}

/** The better of two runs: the first one may read from the disk. */
async function secondsOf(work: () => Promise<unknown>, times = 2): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < times; run += 1) {
    const startedAt = performance.now();
    await work();
    best = Math.min(best, (performance.now() - startedAt) / 1_000);
  }
  return best;
}
