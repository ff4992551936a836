import { Tokenizer, TokenKind } from 'liquidjs';
import { faultAt, type ContentFault } from './faults.ts';

/** A Liquid tag or output of the source. `text` is its source without whitespace control, which has been carried out already. */
export interface LiquidToken {
  readonly kind: 'tag' | 'output';
  readonly name: string;
  readonly content: string;
  readonly text: string;
  /** Offset in the user's source. */
  readonly offset: number;
}

/**
 * A source whose Liquid is replaced by words that MJML, HTML and plain text conversion leave alone. It is what makes it safe to run
 * those over a template: `{% if a < b %}` is no HTML.
 */
export interface MaskedSource {
  readonly text: string;
  readonly tokens: readonly LiquidToken[];
  /** Where an offset of the masked text was in the source. */
  offsetInSource(maskedOffset: number): number;
}

/** Letters and digits only, and nothing that a user's text has by chance. */
const markPattern = /zqslot(\d+)zq/g;

/** Throws liquidjs's TokenizationError for an unclosed tag or output. Marks are counted from `first` on. */
export function maskLiquid(source: string, first = 0): MaskedSource {
  const tokens: LiquidToken[] = [];
  const anchors: { readonly masked: number; readonly source: number }[] = [{ masked: 0, source: 0 }];
  let text = '';
  for (const token of new Tokenizer(source).readTopLevelTokens()) {
    if (token.kind === TokenKind.HTML) {
      const trimmed = 'getContent' in token ? token.getContent() : token.getText();
      anchors.push({
        masked: text.length,
        source: token.begin + Math.max(0, token.getText().indexOf(trimmed)),
      });
      text += trimmed;
    } else {
      text += markOf(first + tokens.length);
      tokens.push(
        describe(token.kind === TokenKind.Tag, 'content' in token ? token.content : '', token.begin),
      );
    }
    anchors.push({ masked: text.length, source: token.end });
  }
  return {
    text,
    tokens,
    offsetInSource(maskedOffset) {
      const anchor = anchors.findLast(({ masked }) => masked <= maskedOffset) ?? { masked: 0, source: 0 };
      return Math.min(source.length, anchor.source + maskedOffset - anchor.masked);
    },
  };
}

/** Splits a text at the marks: fixed strings and indices of tokens in turn. */
export function splitAtMarks(text: string): readonly (string | number)[] {
  const pieces = text.split(markPattern);
  return pieces
    .map((piece, index) => (index % 2 === 0 ? piece : Number(piece)))
    .filter((piece) => piece !== '');
}

/** Puts the Liquid back, for messages that quote a source. */
export function unmask(text: string, tokens: readonly LiquidToken[]): string {
  return text.replaceAll(markPattern, (mark, index: string) => tokens[Number(index)]?.text ?? mark);
}

/** A source that holds our marks itself would be read as holding tokens. */
export function markFaults(pointer: string, source: string): ContentFault[] {
  const found = source.search(markPattern);
  return found < 0
    ? []
    : [
        faultAt(
          pointer,
          source,
          found,
          `"${source.slice(found, found + 12)}" cannot be sent; change a letter`,
        ),
      ];
}

export function markOf(index: number): string {
  return `zqslot${index}zq`;
}

function describe(isTag: boolean, content: string, offset: number): LiquidToken {
  const trimmed = content.trim();
  return isTag
    ? {
        kind: 'tag',
        name: /^(?:#|\w+)/.exec(trimmed)?.[0] ?? '',
        content: trimmed,
        text: `{% ${trimmed} %}`,
        offset,
      }
    : { kind: 'output', name: '', content: trimmed, text: `{{ ${trimmed} }}`, offset };
}
