import { TextDecoder } from 'node:util';
import { UnreadableFile } from '../import/unreadable-file.ts';
import { binaryKind, signatureBytes } from './file-kind.ts';

/**
 * Bytes as strings with one character per byte; UTF-16 (known by its byte order mark) becomes UTF-8 on the way.
 * Throws UnreadableFile at the first chunk when the file is of a kind that is no text.
 */
export async function* latin1Chunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let toText: ((bytes: Buffer) => string) | null = null;
  let opening: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (toText !== null) {
      yield toText(bytes);
      continue;
    }
    opening = Buffer.concat([opening, bytes]);
    if (opening.length < signatureBytes) continue;
    toText = chooseReading(opening);
    yield toText(opening);
  }
  if (toText === null) yield chooseReading(opening)(opening);
}

function chooseReading(opening: Buffer): (bytes: Buffer) => string {
  const decoder = utf16Decoder(opening);
  // The decoder drops the byte order mark itself.
  if (decoder !== null)
    return (bytes) => Buffer.from(decoder.decode(bytes, { stream: true }), 'utf8').toString('latin1');
  const kind = binaryKind(opening);
  if (kind !== null)
    throw new UnreadableFile('binary', `the file is ${kind}, no CSV text; export it as CSV (UTF-8)`);
  return (bytes) => bytes.toString('latin1');
}

function utf16Decoder(opening: Buffer): TextDecoder | null {
  if (opening[0] === 0xff && opening[1] === 0xfe) return new TextDecoder('utf-16le');
  return opening[0] === 0xfe && opening[1] === 0xff ? new TextDecoder('utf-16be') : null;
}
