/** Words that are not a text of their own where one is expected. */
const reserved: ReadonlySet<string> = new Set([
  'and',
  'or',
  'not',
  'yes',
  'no',
  'true',
  'false',
  'in',
  'is',
  'with',
]);

function isReserved(word: string): boolean {
  return reserved.has(word.toLowerCase());
}

/** May stand without quotes. */
export function isPlainWord(text: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}\p{M}_-]*$/u.test(text) && !isReserved(text);
}
