import { TextDecoder } from 'node:util';
import { SaxesParser } from 'saxes';

export interface XmlHandlers {
  /** Names are without their prefixes. */
  readonly open?: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly close?: (name: string) => void;
  readonly text?: (text: string) => void;
}

/** So much without a tag is held in memory by the parser; no program writes it. */
const mostSilence = 4_000_000;
const smallPiece = 65_536;

/**
 * Reads XML as it comes, in bounded memory: a part that says nothing for long, or that declares a document type (and with it entities
 * that grow), is refused. Throws whatever the parser finds.
 */
export class XmlFeed {
  readonly #parser = new SaxesParser();
  #decoder: TextDecoder | null = null;
  #silence = 0;

  constructor({ open, close, text }: XmlHandlers) {
    this.#parser.on('opentag', ({ name, attributes }) => {
      this.#silence = 0;
      open?.(localName(name), attributes);
    });
    this.#parser.on('closetag', ({ name }) => {
      this.#silence = 0;
      close?.(localName(name));
    });
    this.#parser.on('text', (data) => text?.(data));
    this.#parser.on('cdata', (data) => text?.(data));
    this.#parser.on('doctype', () => {
      throw new Error('a part of it declares a document type');
    });
  }

  write(chunk: Uint8Array): void {
    this.#decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true });
    for (let at = 0; at < chunk.byteLength; at += smallPiece) {
      this.#silence += smallPiece;
      if (this.#silence > mostSilence) throw new Error(`more than ${mostSilence} characters without a tag`);
      this.#parser.write(this.#decoder.decode(chunk.subarray(at, at + smallPiece), { stream: true }));
    }
  }

  close(): void {
    if (this.#decoder !== null) this.#parser.write(this.#decoder.decode());
    this.#parser.close();
  }
}

/** Reads a whole part; for those that are small. */
export async function readXml(source: AsyncIterable<Uint8Array>, handlers: XmlHandlers): Promise<void> {
  const feed = new XmlFeed(handlers);
  for await (const chunk of source) feed.write(chunk);
  feed.close();
}

/** An attribute whatever its prefix. */
export function attributeOf(attributes: Readonly<Record<string, string>>, local: string): string | undefined {
  return attributes[local] ?? Object.entries(attributes).find(([name]) => name.endsWith(`:${local}`))?.[1];
}

function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}

function encodingOf(opening: Uint8Array): string {
  if (opening[0] === 0xff && opening[1] === 0xfe) return 'utf-16le';
  return opening[0] === 0xfe && opening[1] === 0xff ? 'utf-16be' : 'utf-8';
}
