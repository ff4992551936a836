import type { Instant } from './instant.ts';

/** An instant in a sentence: UTC, whole seconds. */
export function sayInstant(at: Instant | null): string {
  return at === null ? 'an unknown time' : new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
