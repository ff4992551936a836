import { describe, expect, it } from 'vitest';
import { greetingOf, type Greeted } from '../../domain/salutation.ts';
import { understoodSalutations } from '../../domain/salutation/words.ts';

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
    [{ language: 'nl', title: null }, 'Dear Anna Müller,'],
    [{ language: 'nl', title: null, salutation: 'Signora' }, 'Dear Ms Müller,'],
  ])('in English for %j is "%s"', (change, greeting) => {
    expect(greetingOf({ ...anna, language: 'en-GB', ...change })).toBe(greeting);
  });

  // What natives write: Italian business mail, the Guide du rédacteur for French, the Ortografía of the RAE for Spanish.
  it.each<[string, Partial<Greeted>, string]>([
    ['it', { salutation: 'Signora' }, 'Gentile Signora Rossi,'],
    ['it', { salutation: 'Sig.ra' }, 'Gentile Signora Rossi,'],
    ['it', { salutation: 'Signor' }, 'Egregio Signor Rossi,'],
    ['it', { salutation: 'Egregio Sig.' }, 'Egregio Signor Rossi,'],
    ['it', { salutation: 'Signore', lastName: null }, 'Egregio Signore,'],
    ['it', { salutation: 'Signora', title: 'Dott.ssa' }, 'Gentile Dott.ssa Rossi,'],
    ['it', { salutation: 'Sig.ra Dott.ssa' }, 'Gentile Dott.ssa Rossi,'],
    ['it', { salutation: 'Signora, neutro' }, 'Buongiorno Signora Rossi,'],
    ['it', { salutation: 'tu' }, 'Ciao Anna,'],
    ['it', { salutation: 'Signora, informale', firstName: null }, 'Buongiorno Signora Rossi,'],
    ['it', {}, 'Buongiorno Anna Rossi,'],
    ['it-CH', { title: 'Dott.ssa' }, 'Buongiorno Dott.ssa Anna Rossi,'],
    ['it', { salutation: 'Divers' }, 'Buongiorno Anna Rossi,'],
    ['it', { firstName: null }, 'Buongiorno,'],
    ['it', { salutation: 'Lei', firstName: null, lastName: null }, 'Gentili Signore e Signori,'],
    ['fr', { salutation: 'Madame' }, 'Madame Rossi,'],
    ['fr', { salutation: 'Mme' }, 'Madame Rossi,'],
    ['fr', { salutation: 'Monsieur' }, 'Monsieur Rossi,'],
    ['fr', { salutation: 'M.' }, 'Monsieur Rossi,'],
    ['fr', { salutation: 'Mme', lastName: null }, 'Madame,'],
    ['fr', { salutation: 'Madame', title: 'Dr' }, 'Dr Rossi,'],
    ['fr', { salutation: 'Bonjour Madame' }, 'Madame Rossi,'],
    ['fr', { salutation: 'Madame, neutre' }, 'Bonjour Madame Rossi,'],
    ['fr', { salutation: 'informel' }, 'Bonjour Anna,'],
    ['fr-CA', {}, 'Bonjour Anna Rossi,'],
    ['fr', { firstName: null }, 'Bonjour,'],
    ['fr', { salutation: 'vous', firstName: null, lastName: null }, 'Madame, Monsieur,'],
    ['es', { salutation: 'Señora' }, 'Estimada señora Rossi,'],
    ['es', { salutation: 'Sra.' }, 'Estimada señora Rossi,'],
    ['es', { salutation: 'Señor' }, 'Estimado señor Rossi,'],
    ['es', { salutation: 'Estimado Sr.' }, 'Estimado señor Rossi,'],
    ['es', { salutation: 'Sra.', title: 'Dra.' }, 'Estimada Dra. Rossi,'],
    ['es', { salutation: 'Señor', lastName: null }, 'Estimado señor,'],
    ['es', { salutation: 'Señora, neutro' }, 'Buenos días, señora Rossi,'],
    ['es', { salutation: 'tú' }, 'Hola Anna,'],
    ['es-MX', {}, 'Buenos días, Anna Rossi,'],
    ['es', { firstName: null }, 'Buenos días,'],
    ['es', { salutation: 'usted', firstName: null, lastName: null }, 'Estimados señores y señoras,'],
  ])('in %s for %j is "%s"', (language, change, greeting) => {
    expect(greetingOf({ ...anna, lastName: 'Rossi', title: null, language, ...change })).toBe(greeting);
  });

  it.each([
    ['Signora', 'Gentile Signora Müller,'],
    ['Mme', 'Madame Müller,'],
    ['Sr.', 'Estimado señor Müller,'],
    ['M.', 'Dear Anna Müller,'],
  ])('takes the language of "%s" when none is known', (salutation, greeting) => {
    expect(greetingOf({ ...anna, title: null, language: null, salutation })).toBe(greeting);
  });

  it('is neutral in every language as long as nobody said how to address somebody', () => {
    for (const language of ['de', 'en', 'it', 'fr', 'es'])
      for (const firstName of ['Anna', 'Peter', 'Andrea', 'Kim'])
        expect(greetingOf({ ...anna, title: null, firstName, language })).not.toMatch(
          /Frau|Herr|Mr|Ms|Signor|Madame|Monsieur|señor|Estimad|Gentile|Egregio|geehrte/,
        );
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
