import { z } from 'zod';
import { durationSchema as durationInputSchema } from './duration.ts';
import { durationSchema, idSchema } from './shared.ts';

const hour = 3_600_000;
const way = z.enum(['attachment', 'link', 'body']);

/** The documents of a campaign as somebody asks for them, in the order in which the mail has them. */
export const campaignDocumentsSchema = z
  .array(
    z.strictObject({
      id: idSchema,
      as: way.optional().meta({
        description:
          'A file in the mail, or a link to download it. Left out: an HTML page that stands first is the mail itself (`body`), ' +
          'everything else is attached',
      }),
      expires: durationInputSchema({ minMs: hour, maxMs: 365 * 24 * hour, range: '1h to 365d' })
        .optional()
        .meta({ description: 'How long a link works, from the mail on; 30d when left out', example: '30d' }),
    }),
  )
  .max(20, 'a mail has at most 20 documents')
  .meta({ id: 'CampaignDocuments', description: 'What goes out with the mail' });

export const shownDocumentsSchema = z
  .array(
    z.strictObject({
      id: idSchema,
      as: way,
      expires: durationSchema.nullable().meta({ description: 'How long a link works; null: it is none' }),
      title: z.string(),
      version: z.int(),
      name: z.string(),
      size: z.int(),
    }),
  )
  .meta({ id: 'ShownCampaignDocuments', description: 'What goes out with the mail, in this order' });
