import { z } from 'zod';
import { parseDuration } from '../duration.ts';

/** A duration as people write it (`90s`, `20m`, `1h30m`, `2d`), read as milliseconds within the given bounds. */
export function durationSchema(bounds: {
  readonly minMs: number;
  readonly maxMs: number;
  readonly range: string;
}) {
  return z.string().transform((text, context) => {
    const durationMs = parseDuration(text);
    if (durationMs !== null && durationMs >= bounds.minMs && durationMs <= bounds.maxMs) return durationMs;
    context.addIssue({
      code: 'custom',
      message: `must be a duration of ${bounds.range}, like 90s, 20m, 1h30m or 2d (got ${JSON.stringify(text)})`,
    });
    return z.NEVER;
  });
}
