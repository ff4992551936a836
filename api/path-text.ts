import { z } from 'zod';

/** Text in a path where the handler says what is wrong with it; nothing that the database cannot keep gets there. */
export const plainText = z
  .string()
  .min(1)
  .max(400)
  .refine((text) => !/\p{Cc}|\p{Cs}/u.test(text), 'has no control characters');
