import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NotAReply, ReplyParser, toReply, type WireReply } from '../../../mail/smtp/reply-parser.ts';

function parse(...chunks: (string | Buffer)[]): WireReply[] {
  const parser = new ReplyParser();
  const replies: WireReply[] = [];
  for (const chunk of chunks) parser.push(Buffer.from(chunk), (reply) => replies.push(reply));
  return replies;
}

describe('ReplyParser', () => {
  it('puts the lines of one reply together', () => {
    expect(parse('250-one\r\n250-two\r\n250 three\r\n')).toEqual([
      { code: 250, lines: ['one', 'two', 'three'] },
    ]);
  });

  it('takes a code without words, and a bare line feed as a line end', () => {
    expect(parse('250\r\n354\n')).toEqual([
      { code: 250, lines: [''] },
      { code: 354, lines: [''] },
    ]);
  });

  it('gives nothing for a reply that has not ended', () => {
    expect(parse('250-one\r\n250 tw')).toEqual([]);
  });

  it.each(['hello\r\n', '25 x\r\n', '2e2 x\r\n', '150 x\r\n', '650 x\r\n', '250_x\r\n', '\r\n'])(
    'does not take %j for a reply',
    (line) => {
      expect(() => parse(line)).toThrow(NotAReply);
    },
  );

  it('hands out what was complete before the nonsense began', () => {
    const seen: number[] = [];
    const parser = new ReplyParser();
    expect(() => parser.push(Buffer.from('250 ok\r\nnonsense\r\n'), ({ code }) => seen.push(code))).toThrow(
      NotAReply,
    );
    expect(seen).toEqual([250]);
  });

  it('reads over-long and over-many lines and keeps a bounded part of them', () => {
    const chunks = Array.from({ length: 200 }, () => Buffer.alloc(10_000, 'x'));
    const [long] = parse('250 ', ...chunks, '\r\n');
    expect(long?.lines.join('').length).toBeLessThan(3_000);
    const [many] = parse('250-line\r\n'.repeat(10_000), '250 end\r\n');
    expect(many?.lines.length).toBeLessThan(200);
  });

  it('reads the same however the bytes are cut', () => {
    const word = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .map((text) => text.replace(/[\r\n]/g, '').trim());
    const reply = fc.record({
      code: fc.integer({ min: 200, max: 599 }),
      lines: fc.array(word, { minLength: 1, maxLength: 5 }),
      end: fc.constantFrom('\r\n', '\n'),
    });
    fc.assert(
      fc.property(
        fc.array(reply, { maxLength: 6 }),
        fc.array(fc.nat({ max: 300 }), { maxLength: 12 }),
        (all, cuts) => {
          const bytes = Buffer.from(all.map(write).join(''));
          const borders = [
            0,
            ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b),
            bytes.length,
          ];
          const chunks = borders.slice(1).map((border, i) => bytes.subarray(borders[i], border));
          const expected = all.map(({ code, lines }) => ({ code, lines }));
          expect(parse(...chunks)).toEqual(expected);
          expect(parse(...Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(expected);
        },
      ),
    );
  });
});

function write({ code, lines, end }: WireReply & { end: string }): string {
  return lines.map((line, i) => `${code}${i === lines.length - 1 ? ' ' : '-'}${line}${end}`).join('');
}

describe('toReply', () => {
  it('takes the enhanced code out of every line', () => {
    expect(toReply({ code: 550, lines: ['5.1.1 No such', '5.1.1 user'] })).toEqual({
      code: 550,
      enhanced: '5.1.1',
      text: 'No such user',
    });
  });

  it('leaves an enhanced code of another class in the words', () => {
    expect(toReply({ code: 550, lines: ['4.1.1 odd'] })).toEqual({
      code: 550,
      enhanced: null,
      text: '4.1.1 odd',
    });
  });

  it('keeps control characters and endless words away from the ledger', () => {
    const { text } = toReply({ code: 250, lines: [`a\u0000b\u001b[31m${'x'.repeat(5_000)}`] });
    expect(text.startsWith('a b [31mxxx')).toBe(true);
    expect(text.length).toBe(1_000);
  });
});
