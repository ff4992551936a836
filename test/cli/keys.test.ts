import { expect, it } from 'vitest';
import { createKeyReader, typeInto } from '../../cli/keys.ts';

const readKeys = (sent: string): string[] => createKeyReader()(sent);

it('takes several keys that came together apart, each sequence as one key', () => {
  expect(readKeys('ab\r')).toEqual(['a', 'b', '\r']);
  expect(readKeys('\u001b[A\u001b[1;5C\u001bOPq')).toEqual(['\u001b[A', '\u001b[1;5C', '\u001bOP', 'q']);
  expect(readKeys('\u001b')).toEqual(['\u001b']);
  expect(readKeys('ü東👍')).toEqual(['ü', '東', '👍']);
  expect(readKeys('')).toEqual([]);
});

it('makes no keys of what is pasted, whatever is in it and in however many pieces it comes', () => {
  expect(readKeys('p\u001b[200~q\r\u0003r\u001b[201~\r')).toEqual(['p', ' q  r', '\r']);
  const read = createKeyReader();
  expect(read('\u001b[200~lunch\n')).toEqual([' lunch ']);
  expect(read('q')).toEqual([' q']);
  expect(read('\u001b[201~q')).toEqual(['q']);
});

it('types, takes back what people see as one character, clears, and lets no control character in', () => {
  const typed = (keys: readonly string[], longest = 100): string =>
    keys.reduce((text, key) => typeInto(text, key, longest), '');
  expect(typed(['a', 'b', 'ü'])).toBe('abü');
  expect(typed(['a', 'e\u0301', '\u007f'])).toBe('a');
  expect(typed(['a', 'b', '\u0015', 'c'])).toBe('c');
  expect(typed(['a', '\u001b[A', '\t', '\u0000', 'b'])).toBe('ab');
  expect(typed(['\u007f', 'a'])).toBe('a');
  expect(typed(['a', 'b', 'c'], 2)).toBe('ab');
  expect(typed(['a', ' pasted'], 4)).toBe('a pa');
});
