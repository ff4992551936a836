import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseAddress } from '../../domain/email-address.ts';

const read = (text: string) => normaliseAddress(text, domainToASCII);

describe('an address', () => {
  it.each([
    ['  Anna@Example.COM ', 'Anna@Example.COM', 'anna@example.com'],
    ['a@bücher.example', 'a@bücher.example', 'a@xn--bcher-kva.example'],
    ['A@XN--BCHER-KVA.example', 'A@XN--BCHER-KVA.example', 'a@xn--bcher-kva.example'],
    ['jo\u0308rg@example.com', 'j\u00f6rg@example.com', 'j\u00f6rg@example.com'],
    ['JÖRG@example.com', 'JÖRG@example.com', 'jörg@example.com'],
    ["o'neil+tag@sub.example.co", "o'neil+tag@sub.example.co", "o'neil+tag@sub.example.co"],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
    ['用户@例え.テスト', '用户@例え.テスト', '用户@xn--r8jz45g.xn--zckzah'],
  ])('%s is kept and has a key', (text, email, address) => {
    expect(read(text)).toEqual({ ok: true, email, address });
  });

  it.each([
    '',
    ' ',
    'anna',
    '@example.com',
    'anna@',
    'a b@example.com',
    'a@b@example.com',
    '.a@example.com',
    'a..b@example.com',
    'a.@example.com',
    '"a b"@example.com',
    'a@example',
    'a@127.0.0.1',
    'a@[127.0.0.1]',
    'a@exa_mple.com',
    'a@-x.com',
    'a@x-.com',
    'a@example.com.',
    'a@a..com',
    'a\r\nBcc: x@example.com',
    'a\0@example.com',
    'Anna <a@example.com>',
    'a@ex%41mple.com',
    'a@bü%41.com',
    'a@xn--a.com',
    'a,b@example.com',
    'a\u202e@example.com',
    `${'a'.repeat(65)}@example.com`,
    `${'ä'.repeat(33)}@example.com`,
    `a@${'x'.repeat(64)}.com`,
    `${'a'.repeat(64)}@${'x.'.repeat(100)}com`,
  ])('%j is refused with a reason', (text) => {
    const check = read(text);
    expect(check.ok).toBe(false);
    if (!check.ok) expect(check.why.length).toBeGreaterThan(10);
  });

  it('has a key that is its own key, and holds nothing that breaks a header', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.emailAddress(),
          fc.string({ unit: 'binary' }).map((text) => `${text}@example.com`),
        ),
        (text) => {
          const check = read(text);
          if (!check.ok) return;
          expect(read(check.address)).toMatchObject({ ok: true, address: check.address });
          expect(check.email).not.toMatch(/[\s<>,]|\p{Cc}/u);
        },
      ),
    );
  });
});
