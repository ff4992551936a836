import { fullName, join, type Names } from './greeting.ts';
import type { Understood } from './words.ts';

/** "Dear Ms Berg", "Hi Anna", "Dear Anna Berg". */
export function englishGreeting({ word, form }: Understood, names: Names): string {
  const { first, last, title } = names;
  const address = word?.english ?? '';
  if (form === 'informal')
    return join('Hi', first !== '' || last === '' || address === '' ? first : join(address, last));
  // English puts a title in the place of Mr or Ms, not behind it.
  if (address !== '' && last !== '') return join('Dear', title === '' ? address : title, last);
  if (first === '' && last === '') return form === 'formal' ? 'Dear Sir or Madam' : 'Hello';
  const name = fullName(names);
  return name === '' ? 'Hello' : join('Dear', name);
}
