export type Language = 'de' | 'en' | 'it' | 'fr' | 'es';
type Form = 'formal' | 'informal' | 'neutral';

/** What a column says about how to address somebody. */
interface AddressWord {
  readonly person: 'man' | 'woman' | 'other';
  readonly english: 'Mr' | 'Mrs' | 'Ms' | 'Miss' | 'Mx';
}

/** What a `salutation` column was understood to say. */
export interface Understood {
  readonly word: AddressWord | null;
  readonly form: Form;
  readonly title: string;
  /** The language of its words, null when none of them belongs to one. */
  readonly language: Language | null;
}

/** The values of the `salutation` column that are understood, for the documentation; upper and lower case are the same. */
export const understoodSalutations = {
  addressWords: (
    'Herr Herrn Frau Mr Mister Sir Mrs Ms Miss Madam Mx Divers Signor Signore Sig. Signora Sig.ra Signorina ' +
    'Monsieur Madame Mme Mademoiselle Mlle Señor Sr. Señora Sra. Señorita Srta.'
  ).split(' '),
  forms: (
    'formal förmlich Sie informal persönlich du neutral formale Lei informale tu neutro formel vous informel neutre ' +
    'usted tú'
  ).split(' '),
  example: 'Frau, informal',
} as const;

const mr: AddressWord = { person: 'man', english: 'Mr' };
const ms: AddressWord = { person: 'woman', english: 'Ms' };
const mx: AddressWord = { person: 'other', english: 'Mx' };

const addressWords = new Map<string, AddressWord>([
  ...each('herr herrn mr mister sir signor signore sig sig.r sig.re monsieur señor senor sr', mr),
  ...each('frau ms madam signora sig.ra sigra signorina sig.na madame mme mademoiselle mlle', ms),
  ...each('señora senora sra señorita senorita srta', ms),
  ['mrs', { person: 'woman', english: 'Mrs' }],
  ['miss', { person: 'woman', english: 'Miss' }],
  ...each('mx divers', mx),
]);
/** "M." is Monsieur in French; in a column of any other language nobody knows what it stands for. */
const frenchOnly = new Map<string, AddressWord>([['m', mr]]);

const forms = new Map<string, Form>([
  ...each<Form>('formal förmlich sie formale lei formel vous usted', 'formal'),
  ...each<Form>('informal persönlich du informale tu informel tú', 'informal'),
  ...each<Form>('neutral neutro neutrale neutre', 'neutral'),
]);
/** Words that open a greeting: "Sehr geehrte Frau", as some CRM exports have it, says Frau and no more. */
const openings = new Set(
  'sehr geehrte geehrter dear gentile egregio egregia gent.mo gent.ma bonjour buongiorno estimado estimada'.split(
    ' ',
  ),
);
const titles =
  /^(?:dr|dra|dott|prof|professor|professeur|doktor|doctor|docteur|maître|dipl|mag|ing|avv|lic)(?![\p{L}\d])[\p{L}\d.-]*$/u;

const languageWords = new Map<string, Language>([
  ...each<Language>('herr herrn frau divers sie du förmlich persönlich geehrte geehrter', 'de'),
  ...each<Language>('signor signore sig sig.r sig.re signora sig.ra sigra signorina sig.na', 'it'),
  ...each<Language>('formale lei informale gentile egregio egregia gent.mo gent.ma buongiorno', 'it'),
  ...each<Language>('monsieur madame mme mademoiselle mlle formel vous informel neutre bonjour', 'fr'),
  ...each<Language>('señor senor sr señora senora sra señorita senorita srta usted tú', 'es'),
  ...each<Language>('estimado estimada', 'es'),
]);

/** `language`: the person's primary language, '' when unknown. Null: a greeting of several words that is to be taken literally. */
export function understand(written: string, language: string): Understood | null {
  const words = written.split(/[\s,;/]+/).filter((word) => word !== '');
  const plain = words.map((word) =>
    word
      .toLowerCase()
      .normalize('NFC')
      .replace(/[.:!]+$/, ''),
  );
  const wordOf = (each: string) =>
    addressWords.get(each) ?? (language === 'fr' ? frenchOnly.get(each) : undefined);
  const word = wordOf(plain.find((each) => wordOf(each) !== undefined) ?? '') ?? null;
  const form = forms.get(plain.find((each) => forms.has(each)) ?? '');
  const known = plain.every(
    (each) => wordOf(each) !== undefined || forms.has(each) || openings.has(each) || titles.test(each),
  );
  if (words.length > 1 && (!known || (word === null && form === undefined))) return null;
  return {
    word,
    form: form ?? (word === null || word.person === 'other' ? 'neutral' : 'formal'),
    title: words.filter((_, index) => titles.test(plain[index] ?? '')).join(' '),
    language: languageWords.get(plain.find((each) => languageWords.has(each)) ?? '') ?? null,
  };
}

function each<Value>(words: string, value: Value): [string, Value][] {
  return words.split(' ').map((word) => [word, value]);
}
