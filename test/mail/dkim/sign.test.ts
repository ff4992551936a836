import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signDkim } from '../../../mail/dkim/sign.ts';
import { findVerifier, verifyDkim } from '../../support/dkimpy.ts';
import { bytesOf, date, fillFor, skeletonOf } from '../example-mail.ts';

function recordOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return publicKey.asymmetricKeyType === 'ed25519'
    ? `v=DKIM1; k=ed25519; p=${der.subarray(-32).toString('base64')}`
    : `v=DKIM1; k=rsa; p=${der.toString('base64')}`;
}

const pairs = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ed25519: generateKeyPairSync('ed25519'),
};

async function signed(kind: 'rsa' | 'ed25519', lines: readonly string[] = []): Promise<string> {
  const plain = bytesOf(
    fillFor(
      await skeletonOf({
        subject: 'Grüße  {{ contact.firstName }}',
        html: '<p>Hallo {{ contact.lastName }} </p>\n\n\n',
      }),
    ),
  );
  const message = Buffer.from([...lines, plain].join('\r\n'), 'latin1');
  const key = { domain: 'example.com', selector: 's1', privateKey: pairs[kind].privateKey };
  return Buffer.from(await signDkim(message, key, date)).toString('latin1');
}

const unsubscribe = [
  'List-Unsubscribe: <https://example.com/u/1>,',
  ' <mailto:u@example.com>',
  'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
];

describe('a DKIM signature', () => {
  const available = findVerifier();

  it.skipIf(!available).each(['rsa', 'ed25519'] as const)(
    '%s: is valid for another make (skipped without python3 dkimpy)',
    async (kind) => {
      const record = recordOf(pairs[kind].publicKey);
      const message = await signed(kind, unsubscribe);
      expect(verifyDkim(message, record)).toBe(true);
      expect(verifyDkim(message.replace('Hallo', 'Hullo'), record)).toBe(false);
      expect(verifyDkim(message.replace('One-Click', 'Two-Click'), record)).toBe(false);
      expect(verifyDkim(message.replace('List-ID: <mailings', 'List-ID: <mailing'), record)).toBe(false);
      const second = message.replace(
        'List-Unsubscribe: ',
        'List-Unsubscribe: <https://evil.example>\r\nList-Unsubscribe: ',
      );
      expect(verifyDkim(second, record)).toBe(false);
    },
  );

  it('names the list headers when they are there, and only then', async () => {
    expect(await signed('rsa', unsubscribe)).toMatch(
      /h=[^;]*list-id:\r\n {2}list-unsubscribe:\r\n {2}list-unsubscribe-post/,
    );
    expect(await signed('rsa')).not.toMatch(/h=[^;]*list-unsubscribe/);
  });

  it('is the same for the same mail, and carries the stored date', async () => {
    const first = await signed('rsa');
    expect(await signed('rsa')).toBe(first);
    expect(first).toContain(`t=${date / 1000};`);
    for (const line of first.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
  });

  it('is computed while the thread does something else', async () => {
    const message = Buffer.from('From: a@example.com\r\n\r\nx\r\n');
    const key = { domain: 'example.com', selector: 's', privateKey: pairs.rsa.privateKey };
    let settled = 0;
    const all = Array.from({ length: 20 }, async () => {
      await signDkim(message, key, date);
      settled++;
    });
    // Had the signatures been computed here, none would be left once the calls have returned and the promises' queue was worked off.
    await Promise.resolve();
    await Promise.resolve();
    expect(settled).toBe(0);
    await Promise.all(all);
    expect(settled).toBe(20);
  });
});
