import { describe, expect, it } from 'vitest';
import { ColumnTally } from '../../domain/import-guess.ts';
import { planImport, type Declarations } from '../../domain/import-plan.ts';
import { suggestMapping } from '../../domain/import-suggestion.ts';

function suggest(
  table: readonly (readonly string[])[],
  about: { kind: 'contacts' | 'customers' | 'records'; recordKind: string | null } = {
    kind: 'contacts',
    recordKind: null,
  },
  declared: Declarations = new Map(),
) {
  const [header = [], ...rows] = table;
  const tallies = header.map(() => new ColumnTally());
  for (const row of rows) row.forEach((cell, index) => tallies[index]?.add(cell, false));
  const found = suggestMapping(
    header,
    tallies.map((tally) => tally.guess()),
    about,
    declared,
  );
  // Whatever is suggested can be used as it is.
  const mapping = { columns: found.map(({ column }) => column), others: 'refuse' as const };
  const plan = planImport(header, { ...about, mapping }, declared);
  if ('fault' in plan && !/means/.test(plan.fault)) throw new Error(plan.fault);
  return found;
}

const meanings = (table: readonly (readonly string[])[], about?: Parameters<typeof suggest>[1]): string[] =>
  suggest(table, about).map(({ column }) => column.to);

const people = [
  'contact.email',
  'contact.firstName',
  'contact.lastName',
  'contact.salutation',
  'contact.language',
  'customer.name',
];

describe('what the columns of a file seem to mean', () => {
  it.each([
    [['E-mail address', 'First name', 'Last name', 'Salutation', 'Language', 'Company']],
    [['E-Mail-Adresse', 'Vorname', 'Nachname', 'Anrede', 'Sprache', 'Firma']],
    [['Indirizzo e-mail', 'Nome', 'Cognome', 'Formula di saluto', 'Lingua', 'Ragione sociale']],
    [['Adresse électronique', 'Prénom', 'Nom', 'Civilité', 'Langue', 'Société']],
    [['Correo electrónico', 'Nombre', 'Apellidos', 'Tratamiento', 'Idioma', 'Razón social']],
  ])('is found by names of five languages: %j', (header) => {
    expect(meanings([header])).toEqual(people);
  });

  it('is found by values where the name says nothing', () => {
    const rows = [
      ['a@example.com', 'x'],
      ['b@example.org', 'y'],
    ];
    expect(suggest([['Kontaktweg', 'Code'], ...rows]).map(({ column, by }) => [column.to, by])).toEqual([
      ['contact.email', 'values'],
      ['contact.attributes.code', 'otherwise'],
    ]);
    // The name alone does not make a column of addresses where another one has them.
    expect(
      meanings([
        ['E-Mail', 'Kontaktweg'],
        ['yes', 'a@example.com'],
        ['no', 'b@example.org'],
      ]),
    ).toEqual(['contact.attributes.e_mail', 'contact.email']);
  });

  it('keeps what belongs to the customer apart, where the file has customers', () => {
    expect(meanings([['email', 'Kunde', 'Kundennummer', 'Kategorie', 'Betreuer']]).slice(1)).toEqual([
      'customer.name',
      'customer.externalId',
      'customer.attributes.category',
      'customer.attributes.agent',
    ]);
    expect(meanings([['email', 'Kundennummer', 'Kategorie']]).slice(1)).toEqual([
      'contact.externalId',
      'contact.attributes.kategorie',
    ]);
    expect(meanings([['Name', 'Nr.', 'Ort']], { kind: 'customers', recordKind: null })).toEqual([
      'customer.name',
      'customer.externalId',
      'customer.attributes.ort',
    ]);
    expect(
      meanings([['Order number', 'Title', 'URL', 'Customer', 'Total']], {
        kind: 'records',
        recordKind: 'order',
      }),
    ).toEqual([
      'record.order.externalId',
      'record.order.title',
      'record.order.link',
      'customer.name',
      'record.order.attributes.total',
    ]);
  });

  it('knows consent with its proof, and a date in the newsletter column is no answer', () => {
    expect(
      meanings([
        ['email', 'Newsletter', 'Einwilligung am'],
        ['a@example.com', 'ja', '1.12.2026'],
      ]).slice(1),
    ).toEqual(['contact.newsletter', 'contact.newsletterAt']);
    expect(
      meanings([
        ['email', 'Newsletter'],
        ['a@example.com', '1.12.2026'],
      ])[1],
    ).toBe('contact.attributes.newsletter');
  });
});

describe('the type of an attribute', () => {
  const typed = (values: readonly string[]) => {
    const [, found] = suggest([['email', 'x'], ...values.map((value, i) => [`p${i}@example.com`, value])]);
    const { column: _column, to: _to, ...rest } = found?.column ?? { column: '', to: '' };
    return rest;
  };

  it.each<[readonly string[], object]>([
    [['2026-12-01', '', '2026-01-31'], { type: 'date' }],
    [['1.12.2026', '31.12.2026'], { type: 'date', dates: 'dmy' }],
    [['12/1/2026', '12/31/2026'], { type: 'date', dates: 'mdy' }],
    [['1/2/2026', '3/4/2026'], {}],
    [['1', '2.5', '-3'], { type: 'number' }],
    [['1.234,50', '7'], { type: 'number', decimal: 'comma' }],
    [['1234,5'], { type: 'number', decimal: 'comma' }],
    [['01067', '80331'], {}],
    [['+49 30 123', '089'], {}],
    [['12345678901234567'], {}],
    [['ja', 'nein', ''], { type: 'yesNo' }],
    [['sì', 'no'], { type: 'yesNo' }],
    [['0', '1'], { type: 'number' }],
    [['', ''], {}],
    [['1', 'two'], {}],
    [
      Array.from({ length: 30 }, (_, i) => ['Gold', 'Silver', 'gold'][i % 3] ?? ''),
      { type: 'choice', choices: ['Gold', 'Silver'] },
    ],
    [['A', 'B', 'A'], {}],
  ])('is found by its values: %j', (values, found) => {
    expect(typed(values)).toEqual(found);
  });
});
