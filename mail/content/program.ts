import type { Template } from 'liquidjs';
import { mergeLookup, type MergeLookup } from '../../domain/merge-field.ts';
import { parseLiquid, type PartKind } from './liquid-engine.ts';
import { splitAtMarks, type LiquidToken } from './liquid-mask.ts';

/**
 * A compiled template as a list of pieces:
 * - fixed: the same for everybody;
 * - value: one field as it is, with its default: filled without the template engine;
 * - downloads: the list of documents to download, markup of its own;
 * - logic: whatever needs the engine (filters, conditions, loops), with the fixed text inside it.
 */
export type Piece =
  | { readonly kind: 'fixed'; readonly text: string }
  | {
      readonly kind: 'value';
      readonly field: string;
      readonly lookup: MergeLookup;
      readonly fallback: string | null;
      /** The value is where the address of a link or image begins: it decides what the link does. */
      readonly startsUrl: boolean;
    }
  | { readonly kind: 'downloads' }
  | { readonly kind: 'logic'; readonly templates: Template[]; readonly startsUrl: boolean };

export interface Program {
  readonly kind: PartKind;
  readonly pieces: readonly Piece[];
}

/** Builds the program of a masked text. Throws liquidjs's ParseError when a block was torn apart on the way to here. */
export function createProgram(kind: PartKind, masked: string, tokens: readonly LiquidToken[]): Program {
  const pieces: Piece[] = [];
  const blocks: string[] = [];
  let pending = '';
  for (const part of splitAtMarks(masked)) {
    const token = typeof part === 'number' ? tokens[part] : undefined;
    const text = token === undefined ? String(part) : token.text;
    if (token !== undefined) trackBlocks(blocks, token);
    if (pending !== '' || blocks.length > 0 || token?.kind === 'tag') {
      pending += token === undefined ? guardFixedText(text) : text;
      if (blocks.length > 0) continue;
      pieces.push({
        kind: 'logic',
        templates: parseLiquid(pending, kind),
        startsUrl: startsUrl(kind, pieces.at(-1)),
      });
      pending = '';
    } else {
      pieces.push(
        token === undefined
          ? { kind: 'fixed', text }
          : outputPiece(kind, token, startsUrl(kind, pieces.at(-1))),
      );
    }
  }
  if (pending !== '') parseLiquid(pending, kind);
  return { kind, pieces };
}

const opensBlock = new Set(['if', 'unless', 'case', 'for', 'capture', 'comment']);

/** Keeps the stack of open blocks. Inside a comment nothing counts but its end. */
export function trackBlocks(blocks: string[], { kind, name }: LiquidToken): void {
  if (kind !== 'tag') return;
  const inside = blocks.at(-1);
  if (inside === 'comment' ? name === 'endcomment' : name.startsWith('end')) blocks.pop();
  else if (inside !== 'comment' && opensBlock.has(name)) blocks.push(name);
}

/** Fixed text may hold `{{` without being Liquid, such as an HTML character reference that has become text. */
function guardFixedText(text: string): string {
  return /\{[{%]/.test(text) ? `{% raw %}${text}{% endraw %}` : text;
}

/** `contact.firstName`, also with a constant default; `attributes["two words"]`. Everything else is the engine's. */
const plainOutput =
  /^((?:contact|customer|campaign|links|event|agent|record)(?:\.[A-Za-z_]\w*)+)(?:\["([^"\\]+)"\])?(?:\s*\|\s*default\s*:\s*(?:"([^"\\]*)"|'([^'\\]*)'))?$/;

function startsUrl(kind: PartKind, before: Piece | undefined): boolean {
  if (kind !== 'html' || before === undefined) return false;
  // What follows such a value is still the beginning of the address.
  if (before.kind === 'value' || before.kind === 'logic') return before.startsUrl;
  return before.kind === 'fixed' && /(?:href|src|background|action|cite)\s*=\s*["']?\s*$/i.test(before.text);
}

function outputPiece(kind: PartKind, token: LiquidToken, startsUrl: boolean): Piece {
  if (token.content === 'downloads') return { kind: 'downloads' };
  const match = plainOutput.exec(token.content);
  const path =
    match === null ? [] : [...String(match[1]).split('.'), ...(match[2] === undefined ? [] : [match[2]])];
  const lookup = mergeLookup(path);
  if (match === null || lookup === null)
    return { kind: 'logic', templates: parseLiquid(token.text, kind), startsUrl };
  return { kind: 'value', field: path.join('.'), lookup, fallback: match[3] ?? match[4] ?? null, startsUrl };
}
