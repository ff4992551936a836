import { fullName, join, type Names } from './greeting.ts';
import type { Understood } from './words.ts';

/** "Gentile Signora Rossi", "Egregio Signor Bianchi", "Ciao Anna", "Buongiorno Anna Rossi". */
export function italianGreeting({ word, form }: Understood, names: Names): string {
  const { first, last, title } = names;
  if (form === 'informal' && (first !== '' || word === null)) return join('Ciao', first);
  if (word === null || word.person === 'other')
    return form === 'formal' && first === '' && last === ''
      ? 'Gentili Signore e Signori'
      : join('Buongiorno', fullName(names));
  const isMan = word.person === 'man';
  // Signore loses its last letter before a name; a title stands in the place of Signor and Signora.
  const bare = isMan ? 'Signore' : 'Signora';
  const address = last === '' ? bare : join(title === '' ? bare.replace(/e$/, '') : title, last);
  if (form !== 'formal') return join('Buongiorno', last === '' && first !== '' ? first : address);
  return join(isMan ? 'Egregio' : 'Gentile', address);
}
