import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { readRecipientAsSent } from '../../db/recipient-as-sent.ts';
import { addContacts, addRunning, useDatabase } from '../support/campaigns.ts';
import { Batches } from '../support/claims.ts';

const world = useDatabase();

beforeAll(async () => {
  await addContacts(world.db, 40);
  await sql`insert into customer (name, attributes) values ('Analytical Ltd', '{"agent": "Rossi", "category": "A"}'), ('Other Ltd', '{}')`.execute(
    world.db,
  );
  await sql`insert into agent (name, email) values ('Rossi', 'rossi@example.com')`.execute(world.db);
  await sql`update contact set customer_id = (select id from customer where name = 'Analytical Ltd'), attributes = '{"city": "Bozen", "rooms": 3}'`.execute(
    world.db,
  );
});

async function start(usesLinked: boolean): Promise<Batches> {
  const id = await addRunning(world.db);
  await world.db.updateTable('campaign').set({ uses_linked: usesLinked }).where('id', '=', id).execute();
  const batches = new Batches(world.db, id);
  await batches.begin();
  return batches;
}

/** Everything that a mail may say of these people becomes something else. */
async function changeEverything(word: string): Promise<void> {
  await sql`update customer set name = ${word}::text || ' ' || id, attributes = jsonb_build_object('agent', ${word}::text)`.execute(
    world.db,
  );
  await sql`update agent set email = ${word}::text || '@example.com'`.execute(world.db);
  await sql`update contact set first_name = ${word}::text, attributes = jsonb_build_object('city', ${word}::text), language = 'de'`.execute(
    world.db,
  );
}

test('what a mail was filled with stays known, whatever the person, customer and agent become', async () => {
  const batches = await start(true);
  const { intents } = await batches.claim(3);
  expect(intents[0]?.recipient.linked?.agent?.email).toBe('rossi@example.com');
  await batches.record(intents, {});
  await changeEverything('new');
  await sql`update contact set customer_id = (select id from customer where name <> (select name from customer where id = contact.customer_id))`.execute(
    world.db,
  );
  await changeEverything('newer');
  for (const { recipient } of intents)
    expect(await readRecipientAsSent(world.db, batches.campaignId, recipient.contactId)).toEqual(recipient);
});

test('nothing is known of a mail that was not filled, or was given back', async () => {
  const batches = await start(false);
  const [one] = (await batches.claim(1)).intents;
  const contactId = one?.recipient.contactId ?? '';
  expect(await readRecipientAsSent(world.db, batches.campaignId, contactId)).toEqual(one?.recipient);
  await batches.record(one === undefined ? [] : [one], { state: 'planned' });
  expect(await readRecipientAsSent(world.db, batches.campaignId, contactId)).toBeNull();
});

test('a change that comes in the same moment as the claim is either in the mail and in what is known of it, or in neither', async () => {
  const batches = await start(false);
  const over = new AbortController();
  const changes = (async () => {
    for (let n = 0; !over.signal.aborted; n += 1) await changeEverything(`v${n}`);
  })();
  const recipients = [];
  for (let n = 0; n < 20; n += 1)
    recipients.push(...(await batches.claim(2)).intents.map(({ recipient }) => recipient));
  over.abort();
  await changes;
  expect(recipients).toHaveLength(40);
  expect(new Set(recipients.map(({ firstName }) => firstName)).size).toBeGreaterThan(1);
  for (const recipient of recipients)
    expect(await readRecipientAsSent(world.db, batches.campaignId, recipient.contactId)).toEqual(recipient);
});

test('a mail that named a customer who was removed since is not shown without it', async () => {
  const batches = await start(false);
  const [one] = (await batches.claim(1)).intents;
  const contactId = one?.recipient.contactId ?? '';
  await batches.record(one === undefined ? [] : [one], {});
  expect(one?.recipient.customer).not.toBeNull();
  await sql`update contact set customer_id = null`.execute(world.db);
  await sql`delete from customer`.execute(world.db);
  expect(await readRecipientAsSent(world.db, batches.campaignId, contactId)).toBeNull();
});
