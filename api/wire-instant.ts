/** An instant as answers carry it: RFC 3339, UTC, without a fraction of zero. */
export function wireInstant(at: Date | number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

export function wireInstantOrNull(at: Date | number | null): string | null {
  return at === null ? null : wireInstant(at);
}
