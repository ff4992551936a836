import type { Recipient } from './recipient.ts';

/** What a greeting is made of. */
export type Greeted = Pick<Recipient, 'firstName' | 'lastName' | 'title' | 'salutation' | 'language'>;

/** The values of the `salutation` column that are understood, for the documentation; upper and lower case are the same. */
export const understoodSalutations = {
  addressWords: [
    'Herr',
    'Herrn',
    'Frau',
    'Mr',
    'Mister',
    'Sir',
    'Mrs',
    'Ms',
    'Miss',
    'Madam',
    'Mx',
    'Divers',
  ],
  forms: ['formal', 'förmlich', 'Sie', 'informal', 'persönlich', 'du', 'neutral'],
  example: 'Frau, informal',
} as const;

/**
 * The whole greeting of one person, with its punctuation: formal, informal or neutral, in German or English.
 * The gender is never guessed from a first name: without an explicit address word the greeting is neutral. A column of several
 * words that are not understood is a finished greeting and is taken literally ("Liebe Tante Erna,"). German is used for `de` and,
 * when no language is known, for German words in the column; every other language is greeted in English.
 */
export function greetingOf(person: Greeted): string {
  const written = person.salutation?.trim() ?? '';
  const understood = understand(written);
  if (understood === null) return written;
  const names = {
    first: person.firstName?.trim() ?? '',
    last: person.lastName?.trim() ?? '',
    title: person.title?.trim() || understood.title,
  };
  const german = isGerman(person.language, understood);
  return `${german ? germanGreeting(understood, names) : englishGreeting(understood, names)},`;
}

type Form = 'formal' | 'informal' | 'neutral';
type AddressWord = 'herr' | 'frau' | 'mr' | 'mrs' | 'ms' | 'miss' | 'mx';

interface Understood {
  readonly word: AddressWord | null;
  readonly form: Form;
  readonly title: string;
  readonly germanWords: boolean;
}

interface Names {
  readonly first: string;
  readonly last: string;
  readonly title: string;
}

const addressWords = new Map<string, AddressWord>([
  ['herr', 'herr'],
  ['herrn', 'herr'],
  ['frau', 'frau'],
  ['mr', 'mr'],
  ['mister', 'mr'],
  ['sir', 'mr'],
  ['mrs', 'mrs'],
  ['ms', 'ms'],
  ['miss', 'miss'],
  ['madam', 'ms'],
  ['mx', 'mx'],
  ['divers', 'mx'],
]);
const forms = new Map<string, Form>([
  ['formal', 'formal'],
  ['förmlich', 'formal'],
  ['sie', 'formal'],
  ['informal', 'informal'],
  ['persönlich', 'informal'],
  ['du', 'informal'],
  ['neutral', 'neutral'],
]);
/** Words that open a greeting: "Sehr geehrte Frau", as some CRM exports have it, says Frau and no more. */
const openings = new Set(['sehr', 'geehrte', 'geehrter', 'dear']);
const titles = /^(?:dr|prof|professor|doktor|doctor|dipl|mag|ing)\b[\w.-]*$/;
const germanWords = new Set([
  'herr',
  'herrn',
  'frau',
  'divers',
  'sie',
  'du',
  'förmlich',
  'persönlich',
  'geehrte',
  'geehrter',
]);
const man = new Set<AddressWord>(['herr', 'mr']);

/** null: a greeting of several words that is to be taken literally. */
function understand(written: string): Understood | null {
  const words = written.split(/[\s,;/]+/).filter((word) => word !== '');
  const plain = words.map((word) =>
    word
      .toLowerCase()
      .normalize('NFC')
      .replace(/[.:!]+$/, ''),
  );
  const word = addressWords.get(plain.find((each) => addressWords.has(each)) ?? '') ?? null;
  const form = forms.get(plain.find((each) => forms.has(each)) ?? '');
  const known = plain.every(
    (each) => addressWords.has(each) || forms.has(each) || openings.has(each) || titles.test(each),
  );
  if (words.length > 1 && (!known || (word === null && form === undefined))) return null;
  return {
    word,
    form: form ?? (word === null || word === 'mx' ? 'neutral' : 'formal'),
    title: words.filter((_, index) => titles.test(plain[index] ?? '')).join(' '),
    germanWords: plain.some((each) => germanWords.has(each)),
  };
}

function isGerman(language: string | null, understood: Understood): boolean {
  const primary = language?.trim().toLowerCase().split(/[-_]/)[0] ?? '';
  return primary === '' ? understood.germanWords : primary === 'de';
}

function germanGreeting({ word, form }: Understood, { first, last, title }: Names): string {
  const address = word === null || word === 'mx' ? '' : man.has(word) ? 'Herr' : 'Frau';
  if (form === 'informal')
    return join('Hallo', first !== '' || last === '' || address === '' ? first : join(address, last));
  if (address !== '' && last !== '') {
    const opening = form === 'neutral' ? 'Guten Tag' : address === 'Herr' ? 'Sehr geehrter' : 'Sehr geehrte';
    return join(opening, address, title, last);
  }
  if (first === '' && last === '' && form === 'formal') return 'Sehr geehrte Damen und Herren';
  return join('Guten Tag', fullName(first, last, title));
}

function englishGreeting({ word, form }: Understood, { first, last, title }: Names): string {
  const address = word === null ? '' : englishWords[word];
  if (form === 'informal')
    return join('Hi', first !== '' || last === '' || address === '' ? first : join(address, last));
  // English puts a title in the place of Mr or Ms, not behind it.
  if (address !== '' && last !== '') return join('Dear', title === '' ? address : title, last);
  if (first === '' && last === '') return form === 'formal' ? 'Dear Sir or Madam' : 'Hello';
  const name = fullName(first, last, title);
  return name === '' ? 'Hello' : join('Dear', name);
}

const englishWords: Readonly<Record<AddressWord, string>> = {
  herr: 'Mr',
  frau: 'Ms',
  mr: 'Mr',
  mrs: 'Mrs',
  ms: 'Ms',
  miss: 'Miss',
  mx: 'Mx',
};

/** A bare last name is no way to speak to anybody: it needs a first name or a title. */
function fullName(first: string, last: string, title: string): string {
  if (first === '') return title === '' || last === '' ? '' : join(title, last);
  return last === '' ? first : join(title, first, last);
}

function join(...words: readonly string[]): string {
  return words.filter((word) => word !== '').join(' ');
}
