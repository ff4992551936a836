import { describe, expect, it } from 'vitest';
import { greetingOf, understoodSalutations, type Greeted } from '../../domain/salutation.ts';

const anna: Greeted = {
  firstName: 'Anna',
  lastName: 'Müller',
  title: 'Dr.',
  salutation: null,
  language: 'de',
};
const nobody: Greeted = { firstName: null, lastName: null, title: null, salutation: null, language: null };

describe('a greeting', () => {
  it.each([
    [{}, 'Guten Tag Dr. Anna Müller,'],
    [{ salutation: 'Frau' }, 'Sehr geehrte Frau Dr. Müller,'],
    [{ salutation: 'HERR', title: null }, 'Sehr geehrter Herr Müller,'],
    [{ salutation: 'Herrn' }, 'Sehr geehrter Herr Dr. Müller,'],
    [{ salutation: 'Frau, neutral' }, 'Guten Tag Frau Dr. Müller,'],
    [{ salutation: 'Frau, informal' }, 'Hallo Anna,'],
    [{ salutation: 'du' }, 'Hallo Anna,'],
    [{ salutation: 'Sie' }, 'Guten Tag Dr. Anna Müller,'],
    [{ salutation: 'Sie', firstName: null, lastName: null, title: null }, 'Sehr geehrte Damen und Herren,'],
    [{ salutation: 'du', firstName: null }, 'Hallo,'],
    [{ salutation: 'Frau du', firstName: null }, 'Hallo Frau Müller,'],
    [{ salutation: 'Divers' }, 'Guten Tag Dr. Anna Müller,'],
    [{ salutation: 'Frau', lastName: null }, 'Guten Tag Anna,'],
    [{ firstName: null, title: null }, 'Guten Tag,'],
    [{ firstName: null }, 'Guten Tag Dr. Müller,'],
    [{ salutation: 'Frau Prof. Dr.', title: null }, 'Sehr geehrte Frau Prof. Dr. Müller,'],
    [{ salutation: 'Sehr geehrte Frau' }, 'Sehr geehrte Frau Dr. Müller,'],
    [{ salutation: 'Ms' }, 'Sehr geehrte Frau Dr. Müller,'],
    [{ language: 'de-AT', salutation: 'Frau' }, 'Sehr geehrte Frau Dr. Müller,'],
  ])('in German for %j is "%s"', (change, greeting) => {
    expect(greetingOf({ ...anna, ...change })).toBe(greeting);
  });

  it.each([
    [{ title: null }, 'Dear Anna Müller,'],
    [{}, 'Dear Dr. Anna Müller,'],
    [{ salutation: 'Mrs', title: null }, 'Dear Mrs Müller,'],
    [{ salutation: 'Mr.', title: null }, 'Dear Mr Müller,'],
    [{ salutation: 'Mx', title: null }, 'Dear Mx Müller,'],
    [{ salutation: 'Ms' }, 'Dear Dr. Müller,'],
    [{ salutation: 'Frau', title: null }, 'Dear Ms Müller,'],
    [{ salutation: 'informal' }, 'Hi Anna,'],
    [{ salutation: 'formal', firstName: null, lastName: null }, 'Dear Sir or Madam,'],
    [{ firstName: null, title: null }, 'Hello,'],
    [{ language: 'fr', title: null }, 'Dear Anna Müller,'],
  ])('in English for %j is "%s"', (change, greeting) => {
    expect(greetingOf({ ...anna, language: 'en-GB', ...change })).toBe(greeting);
  });

  it('never takes a gender from a first name', () => {
    for (const firstName of ['Anna', 'Peter', 'Andrea', 'Kim'])
      expect(greetingOf({ ...anna, firstName })).toBe(`Guten Tag Dr. ${firstName} Müller,`);
  });

  it('of several words that are not understood is taken literally', () => {
    expect(greetingOf({ ...anna, salutation: ' Liebe Tante Erna, ' })).toBe('Liebe Tante Erna,');
    expect(greetingOf({ ...anna, salutation: 'Sehr geehrte Frau Dr. Müller,' })).toBe(
      'Sehr geehrte Frau Dr. Müller,',
    );
  });

  it('is German for German words when no language is known, and English for nobody in particular', () => {
    expect(greetingOf({ ...anna, language: null, salutation: 'Frau' })).toBe('Sehr geehrte Frau Dr. Müller,');
    expect(greetingOf(nobody)).toBe('Hello,');
  });

  it('changes with every word that the documentation lists', () => {
    for (const salutation of [...understoodSalutations.addressWords, ...understoodSalutations.forms])
      expect(greetingOf({ ...anna, salutation }), salutation).not.toBe(salutation);
    expect(greetingOf({ ...anna, salutation: understoodSalutations.example })).toBe('Hallo Anna,');
  });
});
