import { faultAt, type ContentFault } from './faults.ts';
import type { LiquidToken } from './liquid-mask.ts';
import { trackBlocks } from './program.ts';

/** What stands for the list of the documents to download. */
export const downloadsToken: LiquidToken = {
  kind: 'output',
  name: '',
  content: 'downloads',
  text: '{{ downloads }}',
  offset: 0,
};

export function isDownloads({ kind, content }: LiquidToken): boolean {
  return kind === 'output' && content === downloadsToken.content;
}

/** The list is markup of its own, so it can only stand as a whole, in a body, and for everybody. */
export function placementFaults(
  pointer: string,
  field: 'subject' | 'mjml' | 'html' | 'text',
  source: string,
  tokens: readonly LiquidToken[],
): ContentFault[] {
  const blocks: string[] = [];
  const faults: ContentFault[] = [];
  for (const token of tokens) {
    trackBlocks(blocks, token);
    if (!/(?<![\w.\-"'])downloads(?![\w\-"'])/.test(token.content) || blocks.at(-1) === 'comment') continue;
    if (isDownloads(token) && blocks.length === 0 && field !== 'subject') continue;
    faults.push(
      faultAt(
        pointer,
        source,
        token.offset,
        'the list of downloads stands alone: write {{ downloads }} in the body, outside of conditions and loops, without a filter',
      ),
    );
  }
  return faults;
}
