import { z } from 'zod';

export const timeZoneSchema = z
  .string()
  .max(64)
  .refine(isTimeZone, {
    error: ({ input }) => `${JSON.stringify(input)} is no time zone; use a name such as Europe/Berlin`,
  })
  .meta({ description: 'IANA time zone in which the campaign is meant', example: 'Europe/Berlin' });

function isTimeZone(name: string): boolean {
  // Offsets such as +01:00 are zones for Intl, but know no summer time: not what a person means.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}
