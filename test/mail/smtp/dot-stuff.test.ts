import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stuffDots } from '../../../mail/smtp/dot-stuff.ts';

/** What a receiver does (RFC 5321 4.5.2): up to CRLF.CRLF, one leading dot of every line removed. */
function receive(body: Uint8Array, end: Uint8Array): string {
  const wire = `\r\n${Buffer.concat([body, end]).toString('latin1')}`;
  const at = wire.indexOf('\r\n.\r\n');
  expect(at).toBe(wire.length - 5);
  return wire
    .slice(0, at + 2)
    .replaceAll('\r\n.', '\r\n')
    .slice(2);
}

describe('stuffDots', () => {
  it.each(['.\r\n', '..\r\n', '.x\r\n', 'a\r\n.\r\nb\r\n', '\r\n.\r\n.\r\n', 'From x\r\n', '', 'a.b\r\n'])(
    'lets %j arrive as it is',
    (text) => {
      const stuffed = stuffDots(Buffer.from(text));
      expect(stuffed && receive(stuffed.body, stuffed.end)).toBe(text);
    },
  );

  it('lets any message of lines arrive byte-equal', () => {
    const line = fc
      .uint8Array({ maxLength: 60 })
      .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 10 && byte !== 13)).toString('latin1'));
    const dotted = fc.tuple(fc.constantFrom('', '.', '..'), line).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(dotted, { maxLength: 30 }), (lines) => {
        const text = lines.map((one) => `${one}\r\n`).join('');
        const stuffed = stuffDots(Buffer.from(text, 'latin1'));
        expect(stuffed && receive(stuffed.body, stuffed.end)).toBe(text);
      }),
    );
  });

  it('does not copy a message without a leading dot', () => {
    const message = Buffer.from('Subject: x\r\n\r\na.b.c\r\n');
    expect(stuffDots(message)?.body.buffer).toBe(message.buffer);
  });

  it('ends the last line when the message does not', () => {
    const stuffed = stuffDots(Buffer.from('open'));
    expect(stuffed && receive(stuffed.body, stuffed.end)).toBe('open\r\n');
  });

  it.each(['a\n.\r\nMAIL', 'a\n.\nb\r\n', 'a\r.\r\nb\r\n', 'a\r.\rb\r\n'])(
    'takes no message that could end early for some: %j',
    (text) => {
      expect(stuffDots(Buffer.from(text))).toBeNull();
    },
  );
});
