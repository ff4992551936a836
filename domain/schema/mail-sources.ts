import { z } from 'zod';
import { idSchema } from './shared.ts';

/** What a campaign's mail was made with; beside it stand the copies that are sent. */
export const mailSourceFields = {
  template: z
    .strictObject({ id: idSchema, name: z.string(), version: z.int() })
    .nullable()
    .meta({ description: 'The template version whose content it has; null: a content of its own' }),
  namedIdentity: z
    .strictObject({ id: idSchema, label: z.string() })
    .nullable()
    .meta({ description: 'The identity that it is from; null: one of its own' }),
  signature: z
    .strictObject({ id: idSchema, name: z.string(), html: z.string(), text: z.string() })
    .nullable(),
} as const;
