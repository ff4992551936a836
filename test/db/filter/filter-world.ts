import fc from 'fast-check';
import { sql } from 'kysely';
import type { Database } from '../../../db/open.ts';
import type { DeclaredAttribute } from '../../../domain/filter/check-filter.ts';

/** Everything that a filter can ask about, small and at random, as plain objects. */
export interface FilterWorld {
  readonly contacts: readonly WorldContact[];
  readonly customers: readonly WorldCustomer[];
  readonly records: readonly WorldRecord[];
  readonly campaigns: readonly WorldCampaign[];
  readonly documents: readonly { readonly id: string; readonly title: string; readonly version: number }[];
  readonly templateVersions: readonly {
    readonly id: string;
    readonly template: string;
    readonly number: number;
  }[];
  readonly deliveries: readonly WorldDelivery[];
  readonly receipts: readonly {
    readonly document: string;
    readonly contact: string;
    readonly forced: boolean;
  }[];
  readonly responses: readonly { readonly campaign: string; readonly contact: string }[];
  readonly suppressions: readonly { readonly address: string; readonly stream: string | null }[];
  readonly entries: readonly { readonly list: string; readonly contact: string }[];
}

type Attributes = Readonly<Record<string, unknown>>;
export interface WorldContact {
  readonly id: string;
  readonly email: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly language: string | null;
  readonly externalId: string | null;
  readonly newsletter: boolean | null;
  readonly customer: string | null;
  readonly attributes: Attributes;
  readonly createdAt: Date;
}
export interface WorldCustomer {
  readonly id: string;
  readonly name: string;
  readonly attributes: Attributes;
}
export interface WorldRecord {
  readonly id: string;
  readonly kind: string;
  readonly externalId: string;
  readonly title: string;
  readonly attributes: Attributes;
  readonly links: readonly { readonly contact: string | null; readonly customer: string | null }[];
}
interface WorldCampaign {
  readonly id: string;
  readonly name: string;
  readonly stream: string;
  readonly templateVersion: string | null;
}
interface WorldDelivery {
  readonly contact: string;
  readonly campaign: string;
  readonly state: string;
  readonly reason: string | null;
  readonly sendingAt: Date | null;
}

export const worldNow = new Date('2026-11-25T12:00:00Z');
export const workLists = ['VIP', 'Test people'] as const;
export const declared: readonly DeclaredAttribute[] = (['contact', 'customer', 'record'] as const).flatMap(
  (owner) =>
    (['text', 'choice', 'number', 'date', 'yesNo'] as const).map((type) => ({
      owner,
      name: `a_${type.toLowerCase()}`,
      type,
      choices: type === 'choice' ? ['A', 'B', 'c'] : null,
    })),
);

/** Values as they should be, missing, empty, and of other types than declared. */
const attributes = fc
  .record(
    {
      a_text: fc.constantFrom('A', 'a', 'ab', 'B%', '', null, 5),
      a_choice: fc.constantFrom('A', 'B', 'c', null),
      a_number: fc.constantFrom(1, 2, 2.5, -3, 10, '2', null),
      a_date: fc.constantFrom('2026-11-25', '2026-09-01', '2020-02-29T10:00', 'soon', '', null),
      a_yesno: fc.constantFrom(true, false, null, 'yes'),
    },
    { requiredKeys: [] },
  )
  .map((values): Attributes => ({ ...values }));

const id = (kind: number, index: number): string =>
  `00000000-0000-4000-8${kind}00-${String(index).padStart(12, '0')}`;
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 3 });
const several = <T>(length: number, value: fc.Arbitrary<T>) =>
  fc.array(value, { minLength: length, maxLength: length });

const ids = (kind: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => id(kind, index));
const contactIds = ids(1, 60);
const customerIds = ids(2, 12);
const campaignIds = ids(4, 4);
const documentIds = ids(5, 4);
const versionIds = ids(6, 3);
const contactId = fc.constantFrom(...contactIds);

const day = 86_400_000;
const lately = fc
  .constantFrom(0.5, 10, 29.9, 30.1, 89, 91, 400)
  .map((days) => new Date(worldNow.getTime() - days * day));

const contacts = several(
  contactIds.length,
  fc.record({
    firstName: fc.constantFrom('Anna', 'anna', 'Bob', '', null),
    lastName: fc.constantFrom('Rossi', 'Ross_i', null),
    domain: fc.constantFrom('example.com', 'example.org', 'other.example'),
    language: fc.constantFrom('de', 'en', null),
    externalId: fc.constant(null),
    newsletter: fc.constantFrom(true, false, null),
    customer: maybe(fc.constantFrom(...customerIds)),
    attributes,
    createdAt: lately,
  }),
).map((rows) =>
  rows.map(({ domain, ...row }, index): WorldContact => ({
    ...row,
    id: contactIds[index] ?? '',
    email: `p${index}@${domain}`,
  })),
);

const records = several(
  16,
  fc.record({
    kind: fc.constantFrom('order', 'ticket'),
    title: fc.constantFrom('Garden', 'garden house', 'Roof'),
    attributes,
    links: fc.uniqueArray(
      fc.oneof(
        contactId.map((contact) => ({ contact, customer: null })),
        fc.constantFrom(...customerIds).map((customer) => ({ contact: null, customer })),
      ),
      { maxLength: 4, selector: ({ contact, customer }) => `${contact}${customer}` },
    ),
  }),
).map((rows) =>
  rows.map((row, index): WorldRecord => ({
    ...row,
    id: id(3, index),
    externalId: `R-${index % 5}-${index}`,
  })),
);

const deliveries = fc.uniqueArray(
  fc.record({
    contact: contactId,
    campaign: fc.constantFrom(...campaignIds),
    state: fc.constantFrom('sent', 'sent', 'sent', 'failed', 'skipped', 'planned', 'inDoubt'),
    reason: fc.constantFrom('userUnknown', 'mailboxFull'),
    sendingAt: lately,
  }),
  { minLength: 60, maxLength: 90, selector: ({ contact, campaign }) => `${contact}${campaign}` },
);

/** A world at random. */
export const anyWorld: fc.Arbitrary<FilterWorld> = fc
  .record({
    contacts,
    customers: several(customerIds.length, attributes).map((rows) =>
      rows.map((attributes, index) => ({
        id: customerIds[index] ?? '',
        name: `Customer ${index}`,
        attributes,
      })),
    ),
    records,
    campaigns: fc.constant(
      campaignIds.map((id, index) => ({
        id,
        name: index < 2 ? 'Spring' : `Campaign ${index}`,
        stream: index % 2 === 0 ? 'marketing' : 'crm',
        templateVersion: versionIds[index] ?? null,
      })),
    ),
    documents: fc.constant(
      documentIds.map((id, index) => ({
        id,
        title: index < 2 ? 'Price list' : `Brochure ${index}`,
        version: index < 2 ? index + 1 : 1,
      })),
    ),
    templateVersions: fc.constant(
      versionIds.map((id, index) => ({
        id,
        template: index < 2 ? 'Info' : 'Offer',
        number: index < 2 ? index + 1 : 1,
      })),
    ),
    deliveries,
    receipts: fc.uniqueArray(
      fc.record({ document: fc.constantFrom(...documentIds), contact: contactId, forced: fc.boolean() }),
      { minLength: 30, maxLength: 60, selector: ({ document, contact }) => `${document}${contact}` },
    ),
    responses: fc.array(fc.record({ campaign: fc.constantFrom(...campaignIds), contact: contactId }), {
      maxLength: 30,
    }),
    suppressions: fc.uniqueArray(
      fc.record({ index: fc.nat({ max: 59 }), stream: fc.constantFrom(null, 'marketing', 'crm') }),
      { maxLength: 20, selector: ({ index, stream }) => `${index}${stream}` },
    ),
    entries: fc.uniqueArray(fc.record({ list: fc.constantFrom(...workLists), contact: contactId }), {
      maxLength: 50,
      selector: ({ list, contact }) => `${list}${contact}`,
    }),
  })
  .map(({ suppressions, ...world }) => ({
    ...world,
    suppressions: suppressions.map(({ index, stream }) => ({
      address: world.contacts[index]?.email ?? '',
      stream,
    })),
  }));

/** Puts a world into an empty database. */
export async function storeWorld(db: Database, world: FilterWorld): Promise<void> {
  await storePeople(db, world);
  await storeHistory(db, world);
}

async function storePeople(db: Database, world: FilterWorld): Promise<void> {
  for (const { owner, name, type, choices } of declared)
    await db
      .insertInto('attribute')
      .values({ owner, name, type, choices: choices === null ? null : [...choices], created_by: 'test' })
      .execute();
  await db
    .insertInto('customer')
    .values(
      world.customers.map(({ attributes, ...rest }) => ({ ...rest, attributes: JSON.stringify(attributes) })),
    )
    .execute();
  await db
    .insertInto('contact')
    .values(
      world.contacts.map((contact) => ({
        id: contact.id,
        address: contact.email,
        email: contact.email,
        first_name: contact.firstName,
        last_name: contact.lastName,
        language: contact.language,
        newsletter: contact.newsletter,
        customer_id: contact.customer,
        attributes: JSON.stringify(contact.attributes),
        created_at: contact.createdAt,
      })),
    )
    .execute();
  await db
    .insertInto('record')
    .values(
      world.records.map(({ id, kind, externalId, title, attributes }) => ({
        id,
        kind,
        external_id: externalId,
        title,
        attributes: JSON.stringify(attributes),
      })),
    )
    .execute();
  const links = world.records.flatMap(({ id, links }) =>
    links.map(({ contact, customer }) => ({
      record_id: id,
      contact_id: contact,
      customer_id: customer,
      linked_by: 'test',
    })),
  );
  if (links.length > 0) await db.insertInto('record_link').values(links).execute();
  for (const name of workLists)
    await db.insertInto('work_list').values({ name, created_by: 'test' }).execute();
  for (const { list, contact } of world.entries)
    await sql`insert into work_list_entry (list_id, contact_id, added_by) select id, ${contact}, 'test' from work_list where name = ${list}`.execute(
      db,
    );
  for (const { address, stream } of world.suppressions)
    await db
      .insertInto('suppression')
      .values({ address, stream, reason: 'complaint', source: 'test' })
      .execute();
}

async function storeHistory(db: Database, world: FilterWorld): Promise<void> {
  for (const { id, template, number } of world.templateVersions)
    await sql`with t as (insert into template (name, draft, created_by) values (${template}, '{}', 'test')
        on conflict (lower(name)) where archived_at is null do update set name = excluded.name returning id)
      insert into template_version (id, template_id, number, content, created_by) select ${id}::uuid, id, ${number}::int, '{}', 'test' from t`.execute(
      db,
    );
  for (const { id, title, version } of world.documents)
    await sql`insert into document (id, title, version, name, type, size, sha256, origin, added_by)
      values (${id}, ${title}, ${version}, 'x.pdf', 'pdf', 1, sha256(${id}::text::bytea), 'upload', 'test')`.execute(
      db,
    );
  for (const { id, name, stream, templateVersion } of world.campaigns)
    await db
      .insertInto('campaign')
      .values({
        id,
        name,
        stream,
        template_version_id: templateVersion,
        size: 1,
        gap_ms: 1_000,
        created_by: 'test',
        audience: '{}',
        identity: '{}',
        content: '{}',
      })
      .execute();
  await db
    .insertInto('delivery')
    .values(
      world.deliveries.map(({ contact, campaign, state, reason, sendingAt }, index) => ({
        campaign_id: campaign,
        contact_id: contact,
        position: index,
        email: contact,
        address: contact,
        state: state as 'sent',
        reason_code: state === 'failed' ? reason : null,
        sending_at: state === 'planned' ? null : sendingAt,
      })),
    )
    .execute();
  const { id: control } = await db
    .insertInto('control')
    .values({ action: 'settle', by: 'test', via: 'api' })
    .returning('id')
    .executeTakeFirstOrThrow();
  for (const { document, contact, forced } of world.receipts)
    await sql`insert into document_receipt (document_id, contact_id, campaign_id, forced_by)
      values (${document}, ${contact}, ${campaignIds[0]}, ${forced ? control : null})`.execute(db);
  for (const [index, { campaign, contact }] of world.responses.entries())
    await sql`insert into response (campaign_id, contact_id, source, event_id, kind, opened_at)
      values (${campaign}, ${contact}, 'api', ${String(index)}, 'call', now())`.execute(db);
}
