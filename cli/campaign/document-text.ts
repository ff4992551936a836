import type { Campaign } from '../answers.ts';
import { clean } from '../terminal-text.ts';

/** "Price list.pdf (version 2)", and how it goes out when it is not simply attached. */
export function sayDocument({ title, version, as, expires }: Campaign['documents'][number]): string {
  const way = { attachment: '', link: `, as a link for ${expires ?? '—'}`, body: ', as the mail itself' }[as];
  return `${clean(title)} (version ${version}${way})`;
}
