import type { Recipient } from './recipient.ts';
import { englishGreeting } from './salutation/english.ts';
import { frenchGreeting } from './salutation/french.ts';
import { germanGreeting } from './salutation/german.ts';
import type { Greeting, Names } from './salutation/greeting.ts';
import { italianGreeting } from './salutation/italian.ts';
import { spanishGreeting } from './salutation/spanish.ts';
import { understand, type Language, type Understood } from './salutation/words.ts';

/** What a greeting is made of. */
export type Greeted = Pick<Recipient, 'firstName' | 'lastName' | 'title' | 'salutation' | 'language'>;

/**
 * The whole greeting of one person, with its punctuation: formal, informal or neutral, in German, English, Italian, French or Spanish.
 * The gender is never guessed from a first name: without an explicit address word the greeting is neutral. A column of several
 * words that are not understood is a finished greeting and is taken literally ("Liebe Tante Erna,"). When no language is known, the
 * words of the column say it ("Signora"); every language that is none of the five is greeted in English.
 */
export function greetingOf(person: Greeted): string {
  const written = person.salutation?.trim() ?? '';
  const primary = person.language?.trim().toLowerCase().split(/[-_]/)[0] ?? '';
  const understood = understand(written, primary);
  if (understood === null) return written;
  const names: Names = {
    first: person.firstName?.trim() ?? '',
    last: person.lastName?.trim() ?? '',
    title: person.title?.trim() || understood.title,
  };
  return `${greetings[languageOf(primary, understood)](understood, names)},`;
}

const greetings: Readonly<Record<Language, Greeting>> = {
  de: germanGreeting,
  en: englishGreeting,
  it: italianGreeting,
  fr: frenchGreeting,
  es: spanishGreeting,
};

function languageOf(primary: string, { language }: Understood): Language {
  if (primary === '') return language ?? 'en';
  return isGreeted(primary) ? primary : 'en';
}

function isGreeted(primary: string): primary is Language {
  return Object.hasOwn(greetings, primary);
}
