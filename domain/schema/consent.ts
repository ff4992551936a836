import { z } from 'zod';
import { instantInputSchema, instantSchema, listSchema } from './shared.ts';

/** Who may be written to: those who ordered the newsletter, or everybody for a stated reason. */
export const campaignConsentSchema = z
  .union(
    [
      z.strictObject({ newsletter: z.literal(true) }),
      z.strictObject({
        newsletter: z.literal(false),
        reason: z.string().trim().min(3).max(500),
      }),
    ],
    {
      error:
        'consent is {"newsletter": true} (only those who ordered the newsletter) or {"newsletter": false, "reason": "why everybody is written to"}',
    },
  )
  .meta({
    id: 'CampaignConsent',
    description:
      'Only those who ordered the newsletter, or everybody for a reason that is kept in the history',
    example: { newsletter: false, reason: 'operational notice to our own staff' },
  });

const concerned = z.int().min(0).nullable().meta({
  description:
    'People of the audience who have not ordered the newsletter: left out, or written to all the same; of a draft as it is now, later as it was at the start. Null: started before it was counted',
});

export const shownConsentSchema = z
  .union([
    z.strictObject({ newsletter: z.literal(true), concerned }),
    z.strictObject({ newsletter: z.literal(false), reason: z.string(), concerned }),
  ])
  .meta({ id: 'ShownCampaignConsent' });

export type CampaignConsent = z.output<typeof campaignConsentSchema>;

const how = z
  .string()
  .trim()
  .min(1, 'say how the person said it, such as "form on the web site"')
  .max(500)
  .meta({ description: 'Where and how the person said it', example: 'form on www.example.com' });

export const newConsentSchema = z
  .strictObject({
    given: z.boolean().meta({ description: 'True: ordered the newsletter; false: cancelled it' }),
    at: instantInputSchema.optional().meta({ description: 'When the person said it; left out: now' }),
    how,
    wording: z
      .string()
      .trim()
      .min(1)
      .max(10_000)
      .optional()
      .meta({ description: 'What the person agreed to, word by word' }),
  })
  .meta({ id: 'NewConsent' });

export const consentSchema = z
  .strictObject({
    given: z.boolean(),
    at: instantSchema,
    how: z.string(),
    wording: z.string().nullable(),
    recordedBy: z.string(),
    recordedAt: instantSchema,
  })
  .meta({ id: 'Consent', description: 'Proof that somebody ordered or cancelled the newsletter' });

export const consentListSchema = listSchema(consentSchema, 'Consents');
