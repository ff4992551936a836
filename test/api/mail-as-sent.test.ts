import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendBatch } from '../activities/driving.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { addContacts, addRunning } from '../support/campaigns.ts';
import { SmtpPeer } from '../support/smtp-peer.ts';
import { openSender, type Sender } from '../support/world.ts';

const publicUrl = 'https://mail.example.com';
let api: TestApi;
let peer: SmtpPeer;
let sender: Sender;

beforeAll(async () => {
  api = await startTestApi({ publicUrl });
  peer = await SmtpPeer.start({ keepMessages: true });
  sender = await openSender({ databaseUrl: api.databaseUrl, smtpUrl: peer.url, publicUrl });
  await addContacts(api.db, 3);
});
afterAll(async () => {
  await sender.close();
  await peer.stop();
  await api.close();
});

const content = {
  subject: 'Grüße an {{ contact.firstName }} von {{ customer.name | default: "uns" }}',
  html: '<p>{{ contact.salutation }}</p><p>{% if contact.attributes.vip %}Für Sie zuerst.{% endif %}</p><p>{{ customer.attributes.city | default: "" }}</p><p><a href="{{ links.done }}">Erledigt</a></p><p>.</p>',
};

test('a mail is made again byte for byte, whatever the person, the customer and the draft it came from are now', async () => {
  const { db } = api;
  await sql`with made as (insert into customer (name, attributes) values ('Müller & Söhne', '{"city": "Köln"}') returning id)
    update contact set customer_id = made.id, attributes = '{"vip": true}', language = 'de' from made where first_name = 'First1'`.execute(
    db,
  );
  const id = await addRunning(db, { content });
  await sendBatch(sender.deps, id);
  expect(peer.accepted).toHaveLength(3);
  // What the claim notes, should it not have done so.
  await sql`update delivery d set contact_version = c.version, customer_version = o.version
    from contact c left join customer o on o.id = c.customer_id where c.id = d.contact_id and d.contact_version is null`.execute(
    db,
  );
  await sql`update contact set first_name = 'Another', last_name = 'Name', attributes = '{}', customer_id = null, language = 'en'`.execute(
    db,
  );
  await sql`update contact set email = 'moved-' || email, address = 'moved-' || address`.execute(db);
  await sql`update customer set name = 'Renamed', attributes = '{}'`.execute(db);

  for (const mail of peer.accepted) {
    const { contact_id } = await db
      .selectFrom('delivery')
      .select('contact_id')
      .where('campaign_id', '=', id)
      .where('email', '=', mail.to)
      .executeTakeFirstOrThrow();
    const path = `${api.url}/v1/campaigns/${id}/recipients/${contact_id}/mail`;
    const headers = { Authorization: `Bearer ${api.keys.viewer}` };
    const file = await fetch(`${path}.eml`, { headers });
    expect(file.headers.get('content-type')).toBe('message/rfc822');
    expect(Buffer.from(await file.arrayBuffer()).toString('latin1')).toBe(mail.message.toString('latin1'));
    const shown = await (await fetch(path, { headers })).json();
    expect(shown).toMatchObject({
      to: mail.to,
      messageId: mail.messageId,
      state: 'sent',
      sizeBytes: mail.message.length,
    });
    if (mail.to === 'user1@example.com')
      expect(shown).toMatchObject({
        subject: 'Grüße an First1 von Müller & Söhne',
        html: expect.stringContaining('Für Sie zuerst.'),
        text: expect.stringContaining('Köln'),
        attachments: [],
      });
  }
});

test('who got no mail has none to look at, and is told what shows it', async () => {
  const id = await addRunning(api.db, { content });
  const row = await api.db
    .selectFrom('delivery')
    .select('contact_id')
    .where('campaign_id', '=', id)
    .executeTakeFirstOrThrow();
  expect(await api.call('GET', `/v1/campaigns/${id}/recipients/${row.contact_id}/mail`)).toMatchObject({
    status: 404,
    body: { detail: expect.stringContaining('/v1/previews') },
  });
});
