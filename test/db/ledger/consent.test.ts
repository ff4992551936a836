import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordConsent } from '../../../db/consents.ts';
import { snapshotAudience } from '../../../db/ledger/snapshot.ts';
import {
  addContacts,
  addStarted,
  countsOf,
  historyOf,
  ledgerOf,
  useDatabase,
  workflowTime,
} from '../../support/campaigns.ts';
import { Batches } from '../../support/claims.ts';

const world = useDatabase();

beforeEach(async () => {
  await addContacts(world.db, 6);
  // Two ordered the newsletter, two cancelled it, of two nothing is known.
  await sql`update contact set newsletter = case when email < 'user3' then true when email < 'user5' then false end`.execute(
    world.db,
  );
});
afterEach(async () => {
  await sql`truncate campaign, contact cascade`.execute(world.db);
});

async function start(consent: {
  newsletter_only: boolean;
  newsletter_reason?: string;
  newsletter_by?: string;
}): Promise<string> {
  const id = await addStarted(world.db);
  await world.db.updateTable('campaign').set(consent).where('id', '=', id).execute();
  await snapshotAudience(world.db, id);
  return id;
}

test('only those who ordered the newsletter are planned; the others are skipped with the reason, and everybody is counted', async () => {
  const id = await start({ newsletter_only: true });
  expect(await countsOf(world.db, id)).toEqual({ planned: 2, skipped: 4, total: 6 });
  const skipped = (await ledgerOf(world.db, id)).filter(({ state }) => state === 'skipped');
  for (const row of skipped)
    expect(row).toMatchObject({
      reason_code: 'noConsent',
      reason_text: 'at the start, the newsletter was not ordered',
      settled_at: expect.any(Date) as Date,
    });
  expect(skipped.every(({ email }) => email >= 'user3')).toBe(true);
});

test('who cancels the newsletter after the start is skipped just ahead of the mail', async () => {
  const id = await start({ newsletter_only: true });
  const [one] = (await ledgerOf(world.db, id)).filter(({ state }) => state === 'planned');
  const contactId = one?.contact_id ?? '';
  await recordConsent(world.db, {
    contactId,
    given: false,
    at: null,
    how: 'telephone',
    wording: null,
    by: 'Ada',
  });
  const batches = new Batches(world.db, id);
  await batches.begin();
  const { intents, skipped } = await batches.claim(10, workflowTime);
  expect(skipped).toBe(1);
  expect(intents.map(({ recipient }) => recipient.contactId)).not.toContain(contactId);
  expect((await ledgerOf(world.db, id)).find((row) => row.contact_id === contactId)).toMatchObject({
    state: 'skipped',
    reason_code: 'noConsent',
    reason_text: 'when the mail was about to leave, the newsletter was not ordered any more',
  });
});

test('a campaign for everybody keeps in its history who wanted that, why, and how many have not ordered the newsletter', async () => {
  const id = await start({
    newsletter_only: false,
    newsletter_reason: 'operational notice',
    newsletter_by: 'Ada',
  });
  expect(await countsOf(world.db, id)).toEqual({ planned: 6, total: 6 });
  expect((await historyOf(world.db, id)).filter(({ action }) => action === 'withoutConsent')).toMatchObject([
    {
      by: 'Ada',
      reason: 'operational notice',
      from: { newsletter: true },
      to: { newsletter: false, concerned: 4 },
    },
  ]);
});

test('what a person said last counts, in whatever order it was noted', async () => {
  const { id } = await world.db.selectFrom('contact').select('id').limit(1).executeTakeFirstOrThrow();
  const note = async (given: boolean, at: string): Promise<boolean | null> => {
    const more = { how: 'paper', wording: null, by: 'Ada' };
    await recordConsent(world.db, { contactId: id, given, at: Date.parse(at), ...more });
    const row = await world.db
      .selectFrom('contact')
      .select('newsletter')
      .where('id', '=', id)
      .executeTakeFirst();
    return row?.newsletter ?? null;
  };
  expect(await note(true, '2026-03-01T00:00:00Z')).toBe(true);
  expect(await note(false, '2026-02-01T00:00:00Z')).toBe(true);
  expect(await note(false, '2026-04-01T00:00:00Z')).toBe(false);
});
