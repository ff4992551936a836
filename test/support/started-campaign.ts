import { randomUUID } from 'node:crypto';
import { insertDraft } from '../../db/campaigns.ts';
import type { Database } from '../../db/open.ts';
import { startCampaign } from '../../db/start.ts';

/** A campaign that was started by the database alone: nobody has told Temporal. */
export async function insertStarted(
  db: Database,
  change: { startAt?: Date; size?: number } = {},
): Promise<string> {
  const draft = await insertDraft(
    db,
    {
      name: 'Started',
      audience: { all: true },
      identity: { name: 'IT', address: 'it@example.com' },
      content: { subject: 'Hello', text: 'Hello' },
      timeZone: 'UTC',
      size: change.size ?? 50,
      gapMs: 60_000,
      paceForm: {},
      windows: [],
      holidays: [],
      limits: [],
      follows: null,
      capacity: null,
      startAt: change.startAt ?? null,
      stream: 'campaign',
      everybody: { reason: 'a test', by: 'the test' },
      onceWithinMs: null,
      logActivity: true,
      usesLinked: false,
    },
    'the test',
  );
  await startCampaign(db, { campaignId: draft.id, by: 'the test', startAt: null, expectedVersion: null });
  return draft.id;
}

/** Contacts with addresses that nobody has. */
export async function insertContacts(db: Database, count: number): Promise<void> {
  const rows = Array.from({ length: count }, () => {
    const address = `${randomUUID()}@example.org`;
    return { address, email: address, attributes: '{}' };
  });
  await db.insertInto('contact').values(rows).execute();
}
