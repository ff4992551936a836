import type { Understood } from './words.ts';

/** What is known of a person's name; '' is unknown. */
export interface Names {
  readonly first: string;
  readonly last: string;
  readonly title: string;
}

/** Makes a greeting in one language, without its closing comma. */
export type Greeting = (understood: Understood, names: Names) => string;

/** A bare last name is no way to speak to anybody: it needs a first name or a title. */
export function fullName({ first, last, title }: Names): string {
  if (first === '') return title === '' || last === '' ? '' : join(title, last);
  return last === '' ? first : join(title, first, last);
}

export function join(...words: readonly string[]): string {
  return words.filter((word) => word !== '').join(' ');
}
