import { analyzeSync } from 'liquidjs';
import type { Program } from './program.ts';

/**
 * True when a program speaks of the agent or of linked records, whichever person it is filled for. Looked at in what was compiled, so
 * that it does not matter which source (content, signature, a document) a field came from.
 */
export function usesLinkedValues({ pieces }: Program): boolean {
  return pieces.some((piece) => {
    if (piece.kind === 'value') return /^(?:agent|record)\./.test(piece.field);
    if (piece.kind !== 'logic') return false;
    const { globals } = analyzeSync(piece.templates, { partials: false });
    return 'agent' in globals || 'record' in globals;
  });
}
