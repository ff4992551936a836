import type { LinkedRecord } from '../answers.ts';
import { clean } from '../terminal-text.ts';

/** A record in one line, below the person or customer that it belongs to. */
export function recordLine({ kind, externalId, title }: LinkedRecord): string {
  return `record ${clean(kind)} ${clean(externalId)}: ${clean(title)}`;
}

export function recordPath(kind: string, id: string): string {
  return `/v1/records/${encodeURIComponent(kind)}/${encodeURIComponent(id)}`;
}
