import { fullName, join, type Names } from './greeting.ts';
import type { Understood } from './words.ts';

/** "Estimada señora García", "Hola Ana", "Buenos días, Ana García": estimado and estimada have a gender, buenos días has none. */
export function spanishGreeting({ word, form }: Understood, names: Names): string {
  const { first, last, title } = names;
  if (form === 'informal' && (first !== '' || word === null)) return join('Hola', first);
  if (word === null || word.person === 'other')
    return form === 'formal' && first === '' && last === ''
      ? 'Estimados señores y señoras'
      : goodDay(fullName(names));
  const isMan = word.person === 'man';
  const bare = isMan ? 'señor' : 'señora';
  const address = last === '' ? bare : join(title === '' ? bare : title, last);
  if (form === 'formal') return join(isMan ? 'Estimado' : 'Estimada', address);
  return goodDay(last === '' && first !== '' ? first : address);
}

/** Whoever is spoken to stands between commas (RAE, Ortografía 2010, III 3.4.2.2.2). */
function goodDay(name: string): string {
  return name === '' ? 'Buenos días' : `Buenos días, ${name}`;
}
