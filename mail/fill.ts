import { Context, LiquidError } from 'liquidjs';
import { mergeScope, type MergeSource } from '../domain/merge-field.ts';
import { messageOf } from './content/liquid-check.ts';
import { engineOf, type PartKind } from './content/liquid-engine.ts';
import type { Piece, Program } from './content/program.ts';
import { listDownloads, type Downloads } from './downloads.ts';
import { escapeHtml } from './escape-html.ts';

/** What one mail is filled from. */
export interface FillSource extends MergeSource {
  readonly downloads: Downloads | null;
  /** The mail's Date. */
  readonly date: number;
}

/** Why one recipient cannot be sent this mail; goes into the ledger as it is. `text` holds no value of the person. */
export interface FillReason {
  readonly code: 'mergeValueMissing' | 'unsafeHeaderValue' | 'unsafeLink' | 'renderFailed';
  readonly field: string | null;
  readonly text: string;
}

/** Thrown inside a fill and turned into its result there. */
export class FillRefused extends Error {
  readonly reason: FillReason;

  constructor(reason: FillReason, options?: ErrorOptions) {
    super(reason.text, options);
    this.name = 'FillRefused';
    this.reason = reason;
  }
}

/** One recipient's turn at one program. Template variables live as long as this, so a program's pieces are filled in order. */
export class Filling {
  readonly source: FillSource;
  readonly #kind: PartKind;
  #context: Context | null = null;

  constructor(source: FillSource, kind: PartKind) {
    this.source = source;
    this.#kind = kind;
  }

  /** The piece's text for this recipient; escaped when the part is HTML. Throws FillRefused. */
  fill(piece: Piece): string {
    if (piece.kind === 'fixed') return piece.text;
    if (piece.kind === 'logic') return this.#render(piece);
    if (piece.kind === 'downloads') return this.#listDownloads();
    const value = valueOf(piece, this.source);
    if (piece.startsUrl && isScript(value)) throw new FillRefused(unsafeLink(piece.field));
    return this.#kind === 'html' ? escapeHtml(value) : value;
  }

  #listDownloads(): string {
    const { recipient, downloads, date } = this.source;
    const { contactId, language } = recipient;
    return listDownloads(this.#kind, downloads, { contactId, language, date });
  }

  #render(piece: Piece & { kind: 'logic' }): string {
    const engine = engineOf(this.#kind);
    this.#context ??= new Context(mergeScope(this.source), engine.options, { sync: true });
    try {
      const text = String(engine.renderSync(piece.templates, this.#context));
      if ((piece.startsUrl && isScript(text)) || (this.#kind === 'html' && scriptedLink.test(text)))
        throw new FillRefused(unsafeLink(null));
      return text;
    } catch (error) {
      if (error instanceof FillRefused) throw error;
      throw new FillRefused(renderReason(error), { cause: error });
    }
  }
}

/** The whole program as readable text, for the preview and for header values. Throws FillRefused. */
export function fillToText(program: Program, source: FillSource): string {
  const filling = new Filling(source, program.kind);
  return program.pieces.map((piece) => filling.fill(piece)).join('');
}

/** As Liquid has it: null and false take the default. Without one, false is written and null is missing. */
function valueOf({ field, lookup, fallback }: Piece & { kind: 'value' }, source: MergeSource): string {
  const value = lookup(source);
  if (fallback !== null && (value === null || value === false)) return fallback;
  if (value === null) throw new FillRefused(missing(field));
  return typeof value === 'string' ? value : String(value);
}

/** Readers leave blanks and controls out of an address before they look at it. */
function isScript(value: string): boolean {
  return (
    /^(?:javascript|vbscript|data):/i.test(value.replaceAll(/[\s\p{Cc}]/gu, '')) ||
    /^\s*(?:java|vb)?script$/i.test(value)
  );
}

const scriptedLink = new RegExp(
  `(?:href|src|background|action)\\s*=\\s*["']?[\\s\\0-\\x20]*(?:${['javascript', 'vbscript', 'data'].map((name) => name.split('').join('[\\s\\0-\\x20]*')).join('|')})[\\s\\0-\\x20]*:(?!image/)`,
  'i',
);

function unsafeLink(field: string | null): FillReason {
  const what = field ?? 'a link';
  return {
    code: 'unsafeLink',
    field,
    text: `${what} would make a link that runs a program; write the address of a page`,
  };
}

function missing(field: string): FillReason {
  return {
    code: 'mergeValueMissing',
    field,
    text: `${field} is empty and the template has no default for it`,
  };
}

function renderReason(error: unknown): FillReason {
  if (!LiquidError.is(error)) throw error;
  const variable = /^undefined variable: (.+)$/.exec(messageOf(error))?.[1];
  if (variable !== undefined) return missing(variable);
  const [line = 1] = error.token.getPosition();
  return {
    code: 'renderFailed',
    field: null,
    text: `the template cannot be filled: ${messageOf(error)} (segment line ${line})`,
  };
}
