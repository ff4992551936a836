import { describe, expect, it } from 'vitest';
import { readLanguage, readYesNo } from '../../domain/csv-columns.ts';
import { planImport } from '../../domain/import-plan.ts';
import { createRowReader, isRefusal } from '../../domain/import-row.ts';

const sameDomain = (domain: string): string => domain;

function read(header: string[], row: string[]) {
  const plan = planImport(header, null, new Map());
  if ('fault' in plan) throw new Error(plan.fault);
  return createRowReader(plan, sameDomain)(row);
}

describe('the header of a CSV file', () => {
  it('is read in any case, with spaces and dashes as underscores', () => {
    const row = read(
      ['E mail', 'EMAIL', 'First Name', 'last-name', 'TIME_ZONE'],
      ['', 'jo@example.com', 'Jo', 'Doe', 'Europe/Berlin'],
    );
    expect(row).toMatchObject({
      contact: {
        email: 'jo@example.com',
        firstName: 'Jo',
        lastName: 'Doe',
        timeZone: 'Europe/Berlin',
        attributes: { e_mail: null },
      },
    });
  });

  it('makes an attribute that a template can name of every other column', () => {
    expect(
      read(['email', ' Kundennummer (alt) ', '__proto__', 'Größe'], ['a@example.com', 'K-7', 'x', 'XL']),
    ).toMatchObject({
      contact: { attributes: { kundennummer_alt: 'K-7', proto: 'x', größe: 'XL' } },
    });
  });

  it.each([
    [
      ['name', 'E-Mail'],
      'the header has no column "email" (found "name", "E-Mail"); rename "E-Mail" to "email"',
    ],
    [
      ['a', 'b'],
      'the header has no column "email" (found "a", "b"); name the column with the addresses "email"',
    ],
    [
      ['email', 'First name', 'first_name'],
      'the columns "First name" and "first_name" have the same name; rename or remove one',
    ],
    [['email', ' '], 'column 2 of the header has no name; give it one or remove the column'],
    [['email', 'x'.repeat(101)], 'the name of column 2 is longer than 100 characters'],
    [Array.from({ length: 501 }, (_, i) => `c${i}`), 'the header has 501 columns; 500 are possible'],
  ])('is refused with what is wrong: %#', (header, fault) => {
    expect(planImport(header, null, new Map())).toEqual({ fault });
  });
});

describe('a row of a CSV file', () => {
  it.each([
    ['email', 'nobody', '"nobody": an address is written as name@domain'],
    ['email', '', 'an address is required'],
    ['newsletter', 'perhaps', '"perhaps" is neither yes nor no; write yes, no, or nothing'],
    ['time_zone', 'Mars/Olympus', '"Mars/Olympus" is no time zone; write for example Europe/Berlin'],
    ['time_zone', '+02:00', '"+02:00" is no time zone; write for example Europe/Berlin'],
    ['language', 'deutsch', '"deutsch" is no language tag; write for example de or en-GB'],
    ['first_name', 'x'.repeat(201), 'the value has 201 characters; 200 are possible'],
    ['city', 'x'.repeat(10_001), 'the value has 10001 characters; 10000 are possible'],
  ])('is refused with its column and the reason: %s %#', (column, value, reason) => {
    const [header, row] =
      column === 'email'
        ? [['email'], [value]]
        : [
            ['email', column],
            ['a@example.com', value],
          ];
    expect(read(header, row)).toEqual({ column, reason });
  });

  it('is refused when it has more or fewer values than the header', () => {
    expect(read(['email', 'city'], ['a@example.com'])).toEqual({
      column: 'city',
      reason: 'the row has 1 columns, the header 2; this one and what follows are missing',
    });
    expect(read(['email'], ['a@example.com', ''])).toEqual({
      column: null,
      reason: 'the row has 2 columns, the header 1; a value with the delimiter in it needs quotes',
    });
  });

  it('takes the address apart from its key, and puts names on one line', () => {
    const row = read(['email', 'last_name', 'customer'], [' Jo.DOE@Example.COM ', 'von\n  Doe', '']);
    expect(row).toMatchObject({
      contact: { email: 'Jo.DOE@Example.COM', address: 'jo.doe@example.com', lastName: 'von Doe' },
      customer: null,
    });
    expect(isRefusal(row)).toBe(false);
  });

  it('knows yes and no in several spellings', () => {
    expect(['yes', 'Ja', 'TRUE', '1', ' x '].map(readYesNo)).toEqual([true, true, true, true, true]);
    expect(['no', 'Nein', 'false', '0'].map(readYesNo)).toEqual([false, false, false, false]);
    expect([readYesNo(''), readYesNo('maybe')]).toEqual([null, undefined]);
  });

  it('writes language tags in the usual way', () => {
    expect(['DE', 'de_at', 'zh-hans-cn', 'd', 'de--x'].map(readLanguage)).toEqual([
      'de',
      'de-AT',
      'zh-Hans-CN',
      null,
      null,
    ]);
  });
});
