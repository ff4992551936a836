import { z } from 'zod';

/** A kind of mail: what caps, suppressions and unsubscribes can be about. */
export const streamSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'a stream is one word of lower-case letters, digits and dashes')
  .meta({ description: 'The kind of mail', example: 'marketing' });
