import { createHash, generateKeyPairSync } from 'node:crypto';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { safeFileName, type Attachment } from '../../mail/attachment.ts';
import { compileMail } from '../../mail/compile.ts';
import { contentKey } from '../../mail/content-key.ts';
import { signDkim } from '../../mail/dkim/sign.ts';
import { wholeMessage } from '../../mail/shared-tail.ts';
import type { FillResult } from '../../mail/skeleton.ts';
import { noPython, readInPython } from '../support/python-mail.ts';
import { SmtpPeer } from '../support/smtp-peer.ts';
import { date, fillFor, mailOf } from './example-mail.ts';
import { always, never, openPool } from './smtp/sending.ts';

const content = {
  subject: 'Prices for {{ contact.firstName }}',
  html: '<p>Hello {{ contact.firstName }}.</p>\n',
};

/** Every octet, again and again, in no order that a coding likes. */
function noise(length: number): Buffer {
  let state = 7;
  return Buffer.from(
    Array.from({ length }, () => (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) >> 16),
  );
}

const files: Attachment[] = [
  { name: 'Preisliste März 2026 – gültig.pdf', type: 'application/pdf', bytes: noise(100_000) },
  { name: 'one.bin', type: 'application/octet-stream', bytes: Buffer.from([0]) },
  { name: 'empty.txt', type: 'text/plain', bytes: Buffer.alloc(0) },
  { name: 'long lines.txt', type: 'text/plain', bytes: Buffer.from(`${'x'.repeat(5_000)}\n.\r\n..\r.\n\n`) },
  {
    name: '価格表.xlsx',
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    bytes: noise(57),
  },
  { name: 'mail.eml', type: 'message/rfc822', bytes: Buffer.from('Subject: inside\r\n\r\n--=_sluice\r\n') },
];

function bytesOf(result: FillResult): Uint8Array {
  if (!result.ok) throw new Error(result.reason.text);
  return wholeMessage(result);
}

async function mailWith(attachments: readonly Attachment[]): Promise<Uint8Array> {
  return bytesOf(fillFor(await compileMail({ ...mailOf(content), attachments })));
}

describe('attachments', () => {
  let peer: SmtpPeer;
  beforeAll(async () => {
    peer = await SmtpPeer.start({ keepMessages: true });
  });
  afterAll(() => peer.stop());

  /** As the wire carries it: the tail apart from the rest, dots stuffed and taken out again. */
  async function overTheWire(attachments: readonly Attachment[]): Promise<Buffer> {
    const filled = fillFor(await compileMail({ ...mailOf(content), attachments }));
    if (!filled.ok) throw new Error(filled.reason.text);
    const { envelope, message, tail } = filled;
    const pool = openPool(peer.url);
    const lane = await pool.acquire(never);
    try {
      expect(await lane.send({ ...envelope, message, tail }, always)).toMatchObject({ kind: 'accepted' });
    } finally {
      lane.release();
      await pool.close();
    }
    return peer.accepted.at(-1)?.message ?? Buffer.alloc(0);
  }

  it('arrive byte-equal with their names and types', async () => {
    const mail = await overTheWire(files);
    expect(Buffer.compare(mail, await mailWith(files))).toBe(0);
    const read = await PostalMime.parse(mail, { attachmentEncoding: 'arraybuffer' });
    const shown = read.attachments.map(({ filename, content: bytes }) => [filename, hashOf(bytes)]);
    expect(shown).toEqual(files.map(({ name, bytes }) => [name, hashOf(bytes)]));
    expect(read.attachments.map(({ mimeType }) => mimeType)).toEqual(typesOfFiles);
    expect(read.html?.trim()).toBe('<p>Hello Anna.</p>');
  });

  it.skipIf(noPython !== null)(
    `arrive byte-equal for Python${noPython === null ? '' : ` (${noPython})`}`,
    async () => {
      const [read] = readInPython([await overTheWire(files)]);
      const attached = read?.parts.filter(({ disposition }) => disposition === 'attachment') ?? [];
      expect(attached.map(({ filename, bytes }) => [filename, hashOf(bytes)])).toEqual(
        files.map(({ name, bytes }) => [name, hashOf(bytes)]),
      );
      expect(attached.map(({ type }) => type)).toEqual(typesOfFiles);
      expect(read?.defects).toEqual([]);
      expect(read?.multiparts).toEqual(['multipart/mixed', 'multipart/alternative']);
    },
  );

  it('change the boundary, and a mail without any has the bytes that it always had', async () => {
    const key = contentKey(mailOf(content));
    expect(contentKey({ ...mailOf(content), attachments: [] })).toBe(key);
    expect(contentKey({ ...mailOf(content), attachments: files })).not.toBe(key);
    const plain = bytesOf(fillFor(await compileMail(mailOf(content))));
    expect(Buffer.compare(await mailWith([]), plain)).toBe(0);
  });

  it('are shared by all mails of a skeleton and not copied into them', async () => {
    const skeleton = await compileMail({ ...mailOf(content), attachments: files });
    const [one, other] = [fillFor(skeleton), fillFor(skeleton, { firstName: 'Ben' })];
    if (!one.ok || !other.ok) throw new Error('not filled');
    expect(one.tail).toBe(other.tail);
    expect(one.tail?.length).toBeGreaterThan(130_000);
    expect(one.message.length).toBeLessThan(3_000);
  });

  it('are signed as if the mail were one piece', async () => {
    const filled = fillFor(await compileMail({ ...mailOf(content), attachments: files }));
    if (!filled.ok) throw new Error(filled.reason.text);
    const { privateKey } = generateKeyPairSync('ed25519');
    const key = { domain: 'example.com', selector: 's1', privateKey };
    const signed = await signDkim(filled.message, key, date, filled.tail);
    const inOnePiece = await signDkim(wholeMessage(filled), key, date);
    expect(Buffer.compare(wholeMessage({ message: signed, tail: filled.tail }), inOnePiece)).toBe(0);
  });

  it('have no line of more than 998 octets and nothing but CRLF', async () => {
    const text = Buffer.from(await mailWith(files)).toString('latin1');
    expect(Math.max(...text.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n\0]/);
  });
});

const typesOfFiles = files.map(({ type }) => (type === 'message/rfc822' ? 'application/octet-stream' : type));

function hashOf(bytes: Attachment['bytes'] | ArrayBuffer | Uint8Array | string): string {
  // The files of this test are not encoded yet.
  const plain = typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes as Uint8Array);
  return createHash('sha256').update(plain).digest('hex');
}

describe('the name of an attachment', () => {
  it.each([
    ['../../etc/passwd', 'passwd'],
    [String.raw`C:\Users\x\list.pdf`, 'list.pdf'],
    ['a.pdf\r\nBcc: victim@example.com', 'a.pdfBcc_ victim@example.com'],
    ['a"; filename="b.exe', 'a_; filename=_b.exe'],
    ['gpj\u202efdp.exe', 'gpjfdp.exe'],
    ['..', 'document'],
    ['', 'document'],
    ['\0\u0007', 'document'],
    ['  many   blanks .pdf ', 'many blanks .pdf'],
    [`${'ü'.repeat(400)}.pdf`, `${'ü'.repeat(146)}.pdf`],
  ])('%j becomes %j', (given, shown) => {
    expect(safeFileName(given)).toBe(shown);
  });

  it('cannot become a header, whatever it is', async () => {
    const names = [
      'a\r\nBcc: x@example.com',
      'a\nX-Evil: 1',
      "a'; x*=utf-8''b",
      '=?utf-8?q?=0d=0aBcc:_x?=',
      '\ud800.pdf',
    ];
    const mail = Buffer.from(
      await mailWith(
        names.map((name) => ({ name, type: `text/plain\r\nX-Evil: 2`, bytes: Buffer.from('x') })),
      ),
    ).toString('latin1');
    expect(mail).not.toMatch(/^(?:bcc|x-evil)/im);
    const read = await PostalMime.parse(mail);
    expect(read.attachments.map(({ filename }) => filename)).toEqual(names.map(safeFileName));
  });
});
