import { fullName, join, type Names } from './greeting.ts';
import type { Understood } from './words.ts';

/** "Sehr geehrte Frau Dr. Berg", "Hallo Anna", "Guten Tag Anna Berg". */
export function germanGreeting({ word, form }: Understood, names: Names): string {
  const { first, last, title } = names;
  const address = word === null || word.person === 'other' ? '' : word.person === 'man' ? 'Herr' : 'Frau';
  if (form === 'informal')
    return join('Hallo', first !== '' || last === '' || address === '' ? first : join(address, last));
  if (address !== '' && last !== '') {
    const opening = form === 'neutral' ? 'Guten Tag' : address === 'Herr' ? 'Sehr geehrter' : 'Sehr geehrte';
    return join(opening, address, title, last);
  }
  if (first === '' && last === '' && form === 'formal') return 'Sehr geehrte Damen und Herren';
  return join('Guten Tag', fullName(names));
}
