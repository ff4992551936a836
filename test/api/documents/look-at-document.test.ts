import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DocumentRefused } from '../../../api/documents/document-refused.ts';
import { lookAtDocument } from '../../../api/documents/look-at-document.ts';
import { extensionOf } from '../../../domain/document-type.ts';
import { docx, oleOf, pdf, xlsx, zipOf } from '../../support/office-files.ts';

async function look(name: string, bytes: Buffer, size = bytes.length): Promise<string> {
  const file = {
    name,
    size,
    read: async (position: number, length: number) => bytes.subarray(position, position + length),
    // In odd pieces: a character may stand on the border of two.
    stream: async function* () {
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    },
  };
  try {
    const extension = extensionOf(name);
    if (extension === null) throw new Error('a test names a document');
    await lookAtDocument(file, extension);
    return 'taken';
  } catch (error) {
    if (error instanceof DocumentRefused) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const text = (words: string, encoding: BufferEncoding = 'utf8'): Buffer => Buffer.from(words, encoding);
const windowsProgram = Buffer.concat([
  text('MZ'),
  Buffer.alloc(64),
  text('This program cannot be run in DOS mode'),
]);
const bof = Buffer.from([0x09, 0x08, 0x04, 0x00, 0x00, 0x06, 0x05, 0x00]);

describe('a file that is what its name says', () => {
  it.each<[string, Buffer]>([
    ['a.pdf', pdf()],
    ['a.docx', docx()],
    ['a.xlsx', xlsx()],
    ['a.doc', oleOf({ WordDocument: Buffer.from([0xec, 0xa5]) })],
    ['a.xls', oleOf({ '\u0005SummaryInformation': Buffer.alloc(9), Workbook: bof })],
    ['a.xls', oleOf({ Book: bof })],
    ['a.txt', text('Grüße – 10 €\r\n')],
    ['a.txt', text('Gr\u00fc\u00dfe\n', 'latin1')],
    ['a.txt', text('\uFEFFGrüße\n', 'utf16le')],
    ['a.txt', text('MZ 2000: 10 €\n')],
    ['a.txt', text('#!/bin/sh\n')],
    ['a.html', text('\uFEFF  <!-- made by -->\n<!DOCTYPE html><html></html>')],
    ['a.htm', text('<html lang="de"><body>x</body></html>')],
    ['a.xml', text('<?xml version="1.0"?><a/>')],
    ['a.xml', text('<preise xmlns="x"><p/></preise>')],
  ])('is taken: %s (%#)', async (name, bytes) => {
    expect(await look(name, bytes)).toBe('taken');
  });
});

describe('a file that is not what its name says', () => {
  it.each<[string, Buffer, string]>([
    [
      'offer.pdf',
      windowsProgram,
      'type: "offer.pdf" is a Windows program by its content, so it is not a PDF file',
    ],
    ['offer.docx', windowsProgram, 'is a Windows program by its content'],
    ['offer.txt', windowsProgram, 'is a Windows program by its content'],
    ['offer.txt', Buffer.from('ab\0c'), 'holds bytes that are in no text'],
    ['offer.xls', text('\x7fELF\x02\x01'), 'is a Linux program'],
    ['offer.txt', pdf(), 'is a PDF file by its content'],
    ['offer.txt', text('{\\rtf1 x}'), 'is an RTF document by its content'],
    ['offer.pdf', text('junk before\n%PDF-1.7\n%%EOF'), 'has other first bytes'],
    ['offer.docx', xlsx(), 'is an Excel workbook by its content'],
    ['offer.xlsx', docx(), 'is a Word document by its content'],
    [
      'offer.xlsx',
      zipOf([{ name: 'a.exe', text: 'MZ' }]),
      'is a zip archive without the parts of an Office file',
    ],
    ['offer.doc', docx(), 'is a zip archive or a newer Office file'],
    ['offer.doc', oleOf({ Workbook: bof }), 'is an Excel workbook by its content'],
    ['offer.doc', oleOf({ '!_Tables': Buffer.alloc(4) }), 'such as an installer'],
    ['offer.docx', oleOf({ WordDocument: Buffer.alloc(4) }), 'is an old Office file by its content'],
    ['offer.xls', text('<html><table/></html>'), 'has other first bytes'],
    ['offer.html', text('<p>no page'), 'does not begin as an HTML page'],
    ['offer.html', text('<?xml version="1.0"?><rss/>'), 'does not begin as an HTML page'],
    ['offer.xml', text('price;10\n'), 'does not begin as XML'],
    ['offer.txt', Buffer.from([0x41, 0x81, 0x8d, 0xff]), 'is neither UTF-8 nor Windows-1252 text'],
    ['offer.txt', Buffer.from([0xff, 0xfe, 0x00, 0xdc, 0x41, 0x00]), 'cannot be read as the UTF-16'],
  ])('is refused: %s (%#)', async (name, bytes, why) => {
    expect(await look(name, bytes)).toContain(why);
  });

  it('is refused whatever bytes it has', async () => {
    for (const name of ['a.pdf', 'a.docx', 'a.xlsx', 'a.doc', 'a.xls', 'a.txt', 'a.html', 'a.xml'])
      expect(await look(name, randomBytes(3_000))).toMatch(/^type: /);
  });
});

describe('a file that nobody should send', () => {
  it.each<[string, Buffer, string]>([
    ['a.pdf', Buffer.alloc(0), 'empty: "a.pdf" is empty (0 bytes)'],
    ['a.pdf', pdf().subarray(0, 30), 'damaged: "a.pdf" begins as a PDF, but has no end'],
    ['a.docx', docx().subarray(0, -5), 'damaged: "a.docx" begins as a zip archive'],
    ['a.doc', oleOf({ WordDocument: Buffer.alloc(4) }).subarray(0, 900), 'damaged: '],
    ['a.docx', docx([{ name: 'word/vbaProject.bin', text: 'x' }]), 'macros: "a.docx" has macros'],
    ['a.docx', docx([], 'application/vnd.ms-word.document.macroEnabled.main+xml'), 'macros: '],
    ['a.xlsx', xlsx([{ name: 'xl/macrosheets/sheet1.xml', text: 'x' }]), 'macros: '],
    ['a.doc', oleOf({ WordDocument: Buffer.alloc(4), Macros: null }), 'macros: '],
    ['a.xls', oleOf({ Workbook: bof, _VBA_PROJECT_CUR: null }), 'macros: '],
    [
      'a.docx',
      oleOf({ EncryptionInfo: Buffer.alloc(4), EncryptedPackage: Buffer.alloc(9) }),
      'encrypted: "a.docx" is protected',
    ],
    ['a.doc', oleOf({ WordDocument: Buffer.concat([Buffer.alloc(11), Buffer.from([1])]) }), 'encrypted: '],
    ['a.xls', oleOf({ Workbook: Buffer.concat([bof, Buffer.from([0x2f, 0, 2, 0, 0, 0])]) }), 'encrypted: '],
    ['a.docx', docx([{ name: 'word/x.xml', text: 'x', lie: { flags: 1 } }]), 'encrypted: '],
    ['a.docx', docx([{ name: '../../x.xml', text: 'x' }]), 'leads out of it'],
  ])('is refused: %s (%#)', async (name, bytes, why) => {
    expect(await look(name, bytes)).toContain(why);
  });

  it('is refused when it is a zip bomb, by what its directory says and before anything is unpacked', async () => {
    const zeros = { name: 'xl/worksheets/sheet1.xml', text: Buffer.alloc(11_000_000) };
    expect(await look('a.xlsx', xlsx([zeros]))).toMatch(/^bomb: "a.xlsx" \(1\d kB\) would unpack to 11 MB/);
    const claimed = { name: 'xl/big.xml', text: 'x', lie: { bytes: 4_000_000_000 } };
    expect(await look('a.xlsx', xlsx([claimed]))).toMatch(/^bomb: .*would unpack to 4000 MB/);
    const many = xlsx();
    many.writeUInt16LE(10_001, many.length - 12);
    expect(await look('a.xlsx', many)).toMatch(/^bomb: .*announces 10001 files/);
  });

  it('is refused when its directory lies about a bomb: too small for what is packed, or parts that share bytes', async () => {
    const noise = randomBytes(50_000);
    const small = { name: 'xl/a.xml', text: noise, lie: { bytes: 100 } };
    expect(await look('a.xlsx', xlsx([small]))).toContain('impossible size');
    const shared = [
      { name: 'xl/a.xml', text: noise },
      { name: 'xl/b.xml', text: noise, lie: { at: 400 } },
    ];
    expect(await look('a.xlsx', xlsx(shared))).toContain('overlaps another one');
  });

  it('is refused when it is too large, and a workbook of ordinary size is not', async () => {
    expect(await look('a.pdf', pdf(), 100_000_001)).toMatch(
      /^tooLarge: "a.pdf" is larger than 100 MB \(100 MB\)/,
    );
    const rows = { name: 'xl/worksheets/sheet1.xml', text: '<row><c>1</c></row>'.repeat(40_000) };
    expect(await look('a.xlsx', xlsx([rows, { name: 'xl/media/a.png', text: randomBytes(20_000) }]))).toBe(
      'taken',
    );
  });

  it('never ends in a fault, however an Office file is damaged', async () => {
    for (const [name, whole] of [
      ['a.docx', docx()],
      ['a.xls', oleOf({ Workbook: bof, Extra: null })],
    ] as const)
      for (let i = 0; i < 400; i += 1) {
        const bytes = Buffer.from(whole);
        for (let n = 0; n < 4; n += 1)
          bytes[Math.floor(Math.random() * bytes.length)] = Math.floor(Math.random() * 256);
        expect(await look(name, bytes)).toMatch(/^(taken|type|damaged|bomb|encrypted|macros)/);
      }
  });
});
