import { fullName, join, type Names } from './greeting.ts';
import type { Understood } from './words.ts';

/** "Madame Dupont", "Bonjour Marie", "Bonjour Anna Petit"; a formal greeting is the address itself, nothing stands before it. */
export function frenchGreeting({ word, form }: Understood, names: Names): string {
  const { first, last, title } = names;
  if (form === 'informal' && (first !== '' || word === null)) return join('Bonjour', first);
  if (word === null || word.person === 'other')
    return form === 'formal' && first === '' && last === ''
      ? 'Madame, Monsieur'
      : join('Bonjour', fullName(names));
  const bare = word.person === 'man' ? 'Monsieur' : 'Madame';
  const address = last === '' ? bare : join(title === '' ? bare : title, last);
  if (form === 'formal') return address;
  return join('Bonjour', last === '' && first !== '' ? first : address);
}
