/** A link in a mail by which its recipient answers with one click on a page of ours. */
export interface ResponseLink {
  /** As in `{{ links.NAME }}`. */
  readonly name: string;
  /** What the button says, by language. */
  readonly label: ResponseLabel;
  /** True: the answer is open until somebody handles it. False: it is handled by being given. */
  readonly opens: boolean;
}

export interface ResponseLabel {
  readonly en?: string | undefined;
  readonly de?: string | undefined;
}

export type PageLanguage = 'en' | 'de';

/** Those that every mail may use without declaring them. */
const builtInLinks: readonly ResponseLink[] = [
  { name: 'done', label: { en: 'Done', de: 'Erledigt' }, opens: false },
  { name: 'needHelp', label: { en: 'I need help', de: 'Ich brauche Hilfe' }, opens: true },
];

/** Every link that a mail of a campaign may use; a declared one of a built-in name takes its place. */
export function linksOf(declared: readonly ResponseLink[]): ResponseLink[] {
  const own = new Set(declared.map(({ name }) => name));
  return [...builtInLinks.filter(({ name }) => !own.has(name)), ...declared];
}

/** A link as somebody declared it; `done` closes and every other one opens unless it says otherwise. */
export function completeLink(link: {
  readonly name: string;
  readonly label: ResponseLabel;
  readonly opens?: boolean | undefined;
}): ResponseLink {
  const builtIn = builtInLinks.find(({ name }) => name === link.name);
  return { name: link.name, label: link.label, opens: link.opens ?? builtIn?.opens ?? true };
}

/** What kind of response a link is counted as. */
export function kindOfLink(name: string): string {
  return `link:${name}`;
}

/** The button's words in a language, or in the other one where there are none. */
export function labelIn({ name, label }: ResponseLink, language: PageLanguage): string {
  return label[language] ?? label.en ?? label.de ?? name;
}

/** The language of a page: that of the person, else the first of those the browser wants that there is, else English. */
export function pageLanguage(ofPerson: string | null, ofBrowser: string | undefined): PageLanguage {
  if (ofPerson !== null) return isGerman(ofPerson) ? 'de' : 'en';
  const wanted = (ofBrowser ?? '').split(',').map((part) => part.split(';')[0]?.trim() ?? '');
  const first = wanted.find((each) => isGerman(each) || /^en\b/i.test(each));
  return first !== undefined && isGerman(first) ? 'de' : 'en';
}

function isGerman(language: string): boolean {
  return /^de\b/i.test(language);
}
