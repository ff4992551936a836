import { FilterSyntaxError, type Token } from './filter-tokens.ts';

/** Deeper than any filter may be; keeps a line of parentheses from using up the stack. */
const deepest = 40;

/** Reads the tokens of a filter from left to right. Keywords are read without case. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get next(): Token {
    return this.#ahead(0);
  }

  skip(): void {
    this.#at += 1;
  }

  takeWord(word: string): boolean {
    return this.takeWords(word);
  }

  /** Takes all of them or none. */
  takeWords(...words: readonly string[]): boolean {
    if (!words.every((word, index) => isWord(this.#ahead(index), word))) return false;
    this.#at += words.length;
    return true;
  }

  takeSymbol(symbol: string): boolean {
    if (this.next.kind !== 'symbol' || this.next.value !== symbol) return false;
    this.skip();
    return true;
  }

  needSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.expected(`"${symbol}"`);
  }

  /** A text in quotation marks or one word. */
  needName(what: string): string {
    const { kind, value } = this.next;
    if (kind === 'end' || kind === 'symbol') throw this.expected(what);
    if (value === '') throw this.expected(`${what} that is not empty`);
    this.skip();
    return value;
  }

  /** A whole number from 1 on. */
  needCount(what: string): number {
    const { kind, value } = this.next;
    if (kind !== 'number' || !/^[1-9]\d{0,8}$/.test(value)) throw this.expected(what);
    this.skip();
    return Number(value);
  }

  nested<T>(read: () => T): T {
    if (this.#depth >= deepest)
      throw new FilterSyntaxError(
        this.next.column,
        `parentheses and "not" are nested more than ${deepest} deep here`,
      );
    this.#depth += 1;
    const result = read();
    this.#depth -= 1;
    return result;
  }

  expected(what: string): FilterSyntaxError {
    const { kind, value, column } = this.next;
    const got = kind === 'end' ? 'the end' : JSON.stringify(value.slice(0, 100));
    return new FilterSyntaxError(column, `expected ${what}, got ${got}`);
  }

  #ahead(steps: number): Token {
    const last = this.#tokens.length - 1;
    const token = this.#tokens[Math.min(this.#at + steps, last)];
    if (token === undefined) throw new Error('a filter has at least its end');
    return token;
  }
}

function isWord({ kind, value }: Token, word: string): boolean {
  return kind === 'word' && value.toLowerCase() === word;
}
