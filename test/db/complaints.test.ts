import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { recordComplaints, type Complaint } from '../../db/complaints.ts';
import { addContacts, addRunning, ledgerOf, useDatabase } from '../support/campaigns.ts';

const world = useDatabase({ connections: 4 });

test('the same complaints reported at the same time in another order count once, and none of the reports fails', async () => {
  await addContacts(world.db, 1_000);
  const campaignId = await addRunning(world.db);
  const ledger = await ledgerOf(world.db, campaignId);
  // Whether two of them meet is chance, so there are several rounds.
  for (let round = 0; round < 20; round += 1) {
    const complaints = ledger.map(({ contact_id: contactId }): Complaint => ({
      eventId: `${round} ${contactId}`,
      contactId,
      address: null,
      at: new Date(),
      source: 'test',
    }));
    const reports = [complaints, complaints.toReversed(), complaints, complaints.toReversed()];
    const taken = await Promise.all(reports.map((report) => recordComplaints(world.db, campaignId, report)));
    const recorded = taken.map((each) => ('recorded' in each ? each.recorded : Number.NaN));
    expect(recorded.reduce((sum, count) => sum + count, 0)).toBe(1_000);
  }
  const { rows } = await sql`select count(*) as n from suppression`.execute(world.db);
  expect(rows).toEqual([{ n: 1_000 }]);
});
