import { z } from 'zod';

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

export type CampaignConsent = z.output<typeof campaignConsentSchema>;
