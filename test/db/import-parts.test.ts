import { describe, expect, it } from 'vitest';
import { useDatabase } from '../support/campaigns.ts';
import { importsInto, type TestColumn } from '../support/imports.ts';

const shared = useDatabase();
const { addSource, run, people, consentOf } = importsInto(shared);

const plain: readonly TestColumn[] = [
  { column: 'Nr', to: 'contact.externalId' },
  { column: 'E-Mail', to: 'contact.email' },
  { column: 'Vorname', to: 'contact.firstName' },
];

describe('attributes', () => {
  it('are noted as found, with the type that the source says or else as texts, and later rows must fit', async () => {
    const source = await addSource([
      ...plain,
      { column: 'Since', to: 'contact.attributes.since_t', type: 'found' },
      { column: 'Size', to: 'contact.attributes.size_t', type: 'choice', choices: ['S', 'M'] },
      { column: 'Free', to: 'contact.attributes.free_t' },
    ]);
    const done = await run(
      [
        'Nr;E-Mail;Vorname;Since;Size;Free',
        'T1;t1@types.example.com;;13.5.2026;m;1',
        'T2;t2@types.example.com;;1.6.2026;XL;2',
      ],
      source,
    );
    expect(done.rejects).toEqual(['3 Size: "XL" is none of the choices "S", "M"']);
    expect(await people('%@types%')).toMatchObject([
      { attributes: { since_t: '2026-05-13', size_t: 'M', free_t: '1' } },
    ]);
    const declared = await shared.db
      .selectFrom('attribute')
      .select(['owner', 'name', 'type', 'choices', 'found'])
      .where('name', 'like', '%\\_t')
      .orderBy('name')
      .execute();
    expect(declared).toEqual([
      { owner: 'contact', name: 'free_t', type: 'text', choices: null, found: true },
      { owner: 'contact', name: 'since_t', type: 'date', choices: null, found: true },
      { owner: 'contact', name: 'size_t', type: 'choice', choices: ['S', 'M'], found: true },
    ]);
    // Declared is declared, also for a file without a source.
    const later = await run(['email,since_t', 'a@types.example.com,soon', 'b@types.example.com,2026-12-01']);
    expect(later.rejects).toEqual([expect.stringMatching(/^2 since_t: "soon" is no date/)]);
  });

  it('are read as the source says that they are written', async () => {
    const source = await addSource([
      { column: 'email', to: 'contact.email' },
      { column: 'n', to: 'contact.attributes.n_w', type: 'number', decimal: 'comma' },
      { column: 'd', to: 'contact.attributes.d_w', type: 'date', dates: 'mdy' },
      { column: 'y', to: 'contact.attributes.y_w', type: 'yesNo', yes: ['aktiv'], no: ['ruht'] },
    ]);
    const done = await run(
      [
        'email|n|d|y',
        'a@written.example.com|1.234,5|12/31/2026|Aktiv',
        'b@written.example.com|1,234.5|1/2/2026|ruht',
      ],
      source,
    );
    expect(done.rejects).toEqual(['3 n: "1,234.5" is no number; write 1234,5 or 1.234,5']);
    expect(await people('%@written%')).toMatchObject([
      { attributes: { n_w: 1234.5, d_w: '2026-12-31', y_w: true } },
    ]);
  });
});

describe('consent', () => {
  it('is kept with its proof whenever the answer changes, and a proof is kept once', async () => {
    const source = await addSource([
      { column: 'email', to: 'contact.email' },
      { column: 'nl', to: 'contact.newsletter' },
      { column: 'at', to: 'contact.newsletterAt', dates: 'dmy' },
      { column: 'how', to: 'contact.newsletterHow' },
      { column: 'text', to: 'contact.newsletterWording' },
    ]);
    const file = ['email;nl;at;how;text', 'a@consent.example.com;ja;1.3.2024 09:30;fair;"Yes, I want it"'];
    await run(file, source);
    await run(file, source);
    await run(['email,newsletter', 'a@consent.example.com,no']);
    await run(['email,newsletter', 'a@consent.example.com,no']);
    await run(['email,newsletter', 'a@consent.example.com,yes']);
    await run(['email,newsletter', 'a@consent.example.com,']);
    const [person] = await people('a@consent%');
    expect(person?.newsletter).toBeNull();
    const now = expect.any(Date);
    expect(await consentOf(person?.id)).toEqual([
      {
        given: true,
        at: new Date('2024-03-01T09:30:00Z'),
        how: 'fair',
        wording: 'Yes, I want it',
        by: 'tester',
      },
      { given: false, at: now, how: 'import', wording: null, by: 'tester' },
      { given: true, at: now, how: 'import', wording: null, by: 'tester' },
      { given: false, at: now, how: 'import', wording: null, by: 'tester' },
    ]);
    const lost = await run(['email;nl;at;how;text', 'a@consent.example.com;;1.3.2024;;'], source);
    expect(lost.rejects).toEqual([
      '2 nl: the row says how the newsletter was ordered, but not whether it was',
    ]);
  });
});

describe('an old file', () => {
  it('brings nobody back who has cancelled the newsletter since, and keeps its proof once', async () => {
    const source = await addSource([
      { column: 'email', to: 'contact.email' },
      { column: 'nl', to: 'contact.newsletter' },
      { column: 'at', to: 'contact.newsletterAt', dates: 'dmy' },
    ]);
    await run(['email;nl;at', 'a@older.example.com;nein;1.3.2025'], source);
    const old = ['email;nl;at', 'a@older.example.com;ja;1.3.2024'];
    await run(old, source);
    await run(old, source);
    const [person] = await people('a@older%');
    expect(person?.newsletter).toBe(false);
    expect((await consentOf(person?.id)).map(({ given }) => given)).toEqual([false, true]);
    await run(['email;nl;at', 'a@older.example.com;ja;1.3.2026'], source);
    expect(await people('a@older%')).toMatchObject([{ newsletter: true }]);
  });
});

describe('customers and records', () => {
  it('are imported by files of their own, and people by files that name them', async () => {
    const customers = await addSource(
      [
        { column: 'No', to: 'customer.externalId' },
        { column: 'Name', to: 'customer.name' },
        { column: 'Agent', to: 'customer.attributes.agent' },
      ],
      { kind: 'customers' },
    );
    expect(
      await run(
        ['No,Name,Agent', 'C1,Nord AG,Rossi', 'C2,Süd AG,Weber', ',Ost AG,', ',,Weber', 'C3,Nord AG,'],
        customers,
      ),
    ).toMatchObject({
      kind: 'customers',
      created: 3,
      rejects: [
        '5 Name: the name of a customer is required here',
        '6 Name: "Nord AG" is the name of another customer; correct the name or the external id',
      ],
    });
    // A name that changed, by the external id.
    expect(await run(['No,Name,Agent', 'C1,Nord SE,Rossi', 'C2,Süd AG,Weber'], customers)).toMatchObject({
      created: 0,
      updated: 2,
      unchanged: 1,
    });
    const records = await addSource(
      [
        { column: 'Order', to: 'record.order.externalId' },
        { column: 'What', to: 'record.order.title' },
        { column: 'URL', to: 'record.order.link' },
        { column: 'Total', to: 'record.order.attributes.total', type: 'number' },
        { column: 'Customer', to: 'customer.name' },
        { column: 'For', to: 'contact.email' },
      ],
      { kind: 'records', recordKind: 'order' },
    );
    await run(['email,customer', 'buyer@records.example.com,Nord SE']);
    const done = await run(
      [
        'Order,What,URL,Total,Customer,For',
        'R1,Chairs,https://shop.example.com/R1,99.5,Nord SE,buyer@records.example.com',
        'R2,,,,,',
        'R3,x,javascript:alert(1),,,',
        'R4,x,,,Nobody AG,',
        'R5,x,,,,stranger@records.example.com',
      ],
      records,
    );
    expect(done).toMatchObject({ read: 5, created: 2, rejected: 3 });
    expect(done.rejects).toEqual([
      '4 URL: "javascript:alert(1)" is no web address; write https://…',
      '5 Customer: there is no customer "Nobody AG"; import the customers first',
      '6 For: there is no contact "stranger@records.example.com"; import the contacts first',
    ]);
    expect(
      await run(
        ['Order,What,URL,Total,Customer,For', 'R1,Chairs,https://shop.example.com/R1,99.5,Nord SE,'],
        records,
      ),
    ).toMatchObject({ unchanged: 1 });
    const linked = await shared.db
      .selectFrom('record_link')
      .innerJoin('record', 'record.id', 'record_link.record_id')
      .select(['external_id as externalId', 'title', 'link', 'attributes', 'linked_by as by'])
      .select(({ eb }) => [
        eb('contact_id', 'is not', null).as('person'),
        eb('customer_id', 'is not', null).as('firm'),
      ])
      .where('kind', '=', 'order')
      .execute();
    const chairs = {
      externalId: 'R1',
      title: 'Chairs',
      link: 'https://shop.example.com/R1',
      attributes: { total: 99.5 },
      by: 'tester',
    };
    expect(linked).toHaveLength(2);
    expect(linked).toEqual(
      expect.arrayContaining([
        { ...chairs, person: true, firm: false },
        { ...chairs, person: false, firm: true },
      ]),
    );
  });

  it('of a refused row stay as they were', async () => {
    const source = await addSource([
      ...plain,
      { column: 'CNo', to: 'customer.externalId' },
      { column: 'CName', to: 'customer.name' },
      { column: 'Case', to: 'record.case.externalId' },
    ]);
    await run(['Nr;E-Mail;Vorname;CNo;CName;Case', 'X1;x1@whole.example.com;;W1;Whole One;'], source);
    const done = await run(
      [
        'Nr;E-Mail;Vorname;CNo;CName;Case',
        'X2;x1@whole.example.com;Wrong;W2;Whole Two;CASE',
        'X3;x3@whole.example.com;Wrong;W3;Whole One;CASE',
        'X4;x4@whole.example.com;Wrong;W4;;CASE',
      ],
      source,
    );
    expect(done.rejects.map((each) => each.split(':')[0])).toEqual(['2 E-Mail', '3 CName', '4 CNo']);
    expect(await people('%@whole%')).toMatchObject([
      { externalId: 'X1', firstName: null, customer: 'Whole One' },
    ]);
    const names = await shared.db
      .selectFrom('customer')
      .select('name')
      .where('name', 'like', 'Whole%')
      .execute();
    expect(names).toEqual([{ name: 'Whole One' }]);
    expect(await shared.db.selectFrom('record').select('id').where('kind', '=', 'case').execute()).toEqual(
      [],
    );
  });
});
