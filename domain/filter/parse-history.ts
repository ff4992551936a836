import type { HistoryCondition, LastMail, Received } from './filter.ts';
import { parseSpan } from './parse-comparison.ts';
import type { TokenReader } from './token-reader.ts';

/** What somebody got before, or null when the text goes on with something else. */
export function parseHistory(reader: TokenReader): HistoryCondition | null {
  if (reader.takeWord('received')) return { received: parseReceived(reader) };
  if (reader.takeWords('last', 'mail')) return { lastMail: parseLastMail(reader) };
  if (reader.takeWords('responded', 'to', 'campaign'))
    return { responded: { campaign: reader.needName("a campaign's name or id") } };
  if (reader.takeWords('in', 'work', 'list'))
    return { inWorkList: reader.needName("a work list's name or id") };
  if (reader.takeWord('bounced')) return { bounced: true };
  if (!reader.takeWord('suppressed')) return null;
  return {
    suppressed: reader.takeWord('for') ? { stream: reader.needName('a stream, such as marketing') } : {},
  };
}

function parseReceived(reader: TokenReader): Received {
  if (reader.takeWord('campaign')) return { campaign: reader.needName("a campaign's name or id") };
  if (reader.takeWord('document'))
    return { document: reader.needName("a document's title or id"), ...parseVersion(reader) };
  if (reader.takeWord('template'))
    return { template: reader.needName("a template's name or id"), ...parseVersion(reader) };
  throw reader.expected('document, campaign or template');
}

function parseVersion(reader: TokenReader): { version?: number } {
  return reader.takeWord('version') ? { version: reader.needCount('the number of a version') } : {};
}

function parseLastMail(reader: TokenReader): LastMail {
  const stream = reader.takeWord('of') ? { stream: reader.needName('a stream, such as marketing') } : {};
  if (reader.takeWord('never')) return { never: true, ...stream };
  if (reader.takeWords('older', 'than')) return { olderThan: parseSpan(reader), ...stream };
  if (reader.takeWords('within', 'last')) return { withinLast: parseSpan(reader), ...stream };
  throw reader.expected('older than, within last, or never');
}
