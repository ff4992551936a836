/**
 * Takes apart what a terminal sends: one piece may carry several keys (fast typing), and a key that sends a sequence (arrows,
 * function keys: ESC and what follows, ECMA-48 5.4) is one key; an ESC alone is the Escape key. What is pasted (between the marks of
 * bracketed paste) is one key of its own with a blank in front, its line ends blanks too: nobody pauses or leaves by pasting.
 */
export function createKeyReader(): (sent: string) => string[] {
  let pasting = false;
  return (sent) => {
    const keys: string[] = [];
    let pasted = blank;
    for (const each of sent.match(key) ?? []) {
      if (each === pasteBegins || each === pasteEnds) {
        if (pasted.length > blank.length) keys.push(pasted);
        pasted = blank;
        pasting = each === pasteBegins;
      } else if (pasting) pasted += each.replaceAll(/\p{Cc}/gu, blank);
      else keys.push(each);
    }
    // The rest of the paste is in the next piece.
    if (pasted.length > blank.length) keys.push(pasted);
    return keys;
  };
}

const blank = ' ';
const pasteBegins = '\u001b[200~';
const pasteEnds = '\u001b[201~';

// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const key = /\u001b(?:\[[0-?]*[ -/]*[@-~]|O[ -~])|\p{L}\p{M}+|[^]/gu;

export const escapeKey = '\u001b';
const eraseKey = '\u007f';

/** Enter sends CR; LF is what it becomes on some terminals. */
export function isEnter(key: string): boolean {
  return key === '\r' || key === '\n';
}

/** Ctrl-C and Ctrl-D; in raw mode the terminal makes no signal of them. */
export function isLeave(key: string): boolean {
  return key === '\u0003' || key === '\u0004';
}

/** A line of text after one more key: Backspace takes one character, Ctrl-U all; other control keys and sequences do nothing. */
export function typeInto(text: string, key: string, longest: number): string {
  if (key === eraseKey || key === '\b') return lastTaken(text);
  if (key === '\u0015') return '';
  if (key.startsWith(escapeKey) || /^\p{Cc}$/u.test(key)) return text;
  return text.length + key.length > longest
    ? (text + key).slice(0, longest).replace(/[\uD800-\uDBFF]$/, '')
    : text + key;
}

/** By what people see as one character, not by code unit. */
function lastTaken(text: string): string {
  const last = [...new Intl.Segmenter('en').segment(text)].at(-1);
  return last === undefined ? '' : text.slice(0, last.index);
}
