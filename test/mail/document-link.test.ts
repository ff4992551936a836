import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDocumentLinks, readDocumentLink } from '../../mail/document-link.ts';
import { readResponseLink, signResponseLink } from '../../mail/response-link.ts';

const secret = randomBytes(32);
const publicUrl = 'https://answers.example.com';
const tokenOf = (url: string): string => url.slice(`${publicUrl}/d/`.length);
const target = fc.record({
  campaignId: fc.uuid(),
  contactId: fc.uuid(),
  documentId: fc.uuid(),
  expiresAt: fc.integer({ min: 0, max: 10_000_000_000 }).map((seconds) => seconds * 1_000),
});

function urlOf(from: Buffer, { campaignId, contactId, documentId, expiresAt }: Target): string {
  return createDocumentLinks({ secret: from, publicUrl, campaignId }).urlOf(contactId, documentId, expiresAt);
}
type Target = NonNullable<ReturnType<typeof readDocumentLink>>;

describe('a download link', () => {
  it('leads back to its document, person, campaign and end, and is the same whenever it is made', () => {
    fc.assert(
      fc.property(target, (made) => {
        const url = urlOf(secret, made);
        expect(url).toMatch(/^https:\/\/answers\.example\.com\/d\/[A-Za-z0-9_-]{92}$/);
        expect(urlOf(secret, made)).toBe(url);
        expect(readDocumentLink(secret, tokenOf(url))).toEqual(made);
      }),
    );
  });

  it('works with no character changed and with no other secret', () => {
    fc.assert(
      fc.property(target, fc.nat(91), fc.constantFrom('A', '_', 'x', '=', ' '), (made, at, letter) => {
        const token = tokenOf(urlOf(secret, made));
        const changed = token.slice(0, at) + letter + token.slice(at + 1);
        if (changed !== token) expect(readDocumentLink(secret, changed)).toBeNull();
        expect(readDocumentLink(randomBytes(32), token)).toBeNull();
      }),
    );
    for (const text of ['', 'x', 'A'.repeat(92), 'A'.repeat(91)])
      expect(readDocumentLink(secret, text)).toBeNull();
  });

  it('is nobody’s in a test, and no response link is one', () => {
    const ids = fc.sample(fc.uuid(), 3) as [string, string, string];
    const [campaignId, contactId, documentId] = ids;
    const links = createDocumentLinks({ secret, publicUrl, campaignId, test: true });
    const read = readDocumentLink(secret, tokenOf(links.urlOf(contactId, documentId, 1_000)));
    expect(read?.contactId).toBe('00000000-0000-0000-0000-000000000000');
    expect(
      readDocumentLink(secret, signResponseLink(secret, { campaignId, contactId, name: 'done' })),
    ).toBeNull();
    expect(readResponseLink(secret, `document.${tokenOf(links.urlOf(contactId, documentId, 0))}`)).toBeNull();
  });

  it('is made of ids only', () => {
    const links = createDocumentLinks({ secret, publicUrl, campaignId: 'anna@example.com' });
    expect(() => links.urlOf('a', 'b', 0)).toThrow('UUIDs only');
  });
});
