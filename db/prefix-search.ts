/** A pattern for `like` that finds what begins with the text, in the lower case that the indexes of names have. */
export function prefixPattern(text: string): string {
  return `${literal(text).toLowerCase()}%`;
}

/** The same for ids, whose case counts. */
export function exactPrefixPattern(text: string): string {
  return `${literal(text)}%`;
}

function literal(text: string): string {
  return text.normalize('NFC').replaceAll(/[\\%_]/g, '\\$&');
}
