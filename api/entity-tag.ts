import { Problem } from './problem.ts';

/** The ETag of a version (RFC 9110 8.8.3). */
export function entityTag(version: number): string {
  return `"${version}"`;
}

/** The version of an If-Match header; null when any will do. Throws 400 when it names no version. */
export function readIfMatch(header: string | undefined): number | null {
  if (header === undefined || header.trim() === '*') return null;
  const version = /^"(\d{1,9})"$/.exec(header.trim())?.[1];
  if (version !== undefined) return Number(version);
  throw new Problem(
    'malformedRequest',
    `If-Match takes one ETag that an answer gave, such as "3", or * (got ${JSON.stringify(header.slice(0, 100))})`,
  );
}
