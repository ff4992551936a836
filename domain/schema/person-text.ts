import { z } from 'zod';
import { columnLimits } from '../csv-columns.ts';

/** Text that people typed, in one line: null and an empty string both clear. */
export const textSchema = z
  .string()
  .trim()
  .max(columnLimits.text)
  .refine((text) => !/\p{Cc}/u.test(text), 'has no line breaks or control characters')
  .transform((text) => (text === '' ? null : text))
  .nullable();

/** The id that another system knows a person or thing by. */
export const externalIdSchema = textSchema.meta({
  description: 'What another system calls it; unique. An import with it is an update',
  example: 'K-10017',
});

/** `?q=` of lists of people and things. */
export const searchSchema = z.string().trim().min(1).max(200).optional();
