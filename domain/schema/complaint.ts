import { z } from 'zod';
import { idSchema, instantInputSchema } from './shared.ts';

const event = z
  .strictObject({
    id: z.string().trim().min(1).max(200).meta({
      description: 'The reporter’s own id of the event: the same one counts once',
      example: 'fbl-20261201-0042',
    }),
    contactId: idSchema.optional().meta({ description: 'Who complained; either this or email' }),
    email: z.string().trim().min(3).max(320).optional().meta({ description: 'The address that was mailed' }),
    at: instantInputSchema.optional().meta({ description: 'When; left out: now' }),
    source: z.string().trim().min(1).max(200).default('api').meta({
      description: 'Who reports it',
      example: 'feedback loop of example.net',
    }),
  })
  .refine(({ contactId, email }) => (contactId === undefined) !== (email === undefined), {
    error: 'give either contactId or email',
  });

export const newComplaintsSchema = z
  .strictObject({ events: z.array(event).min(1).max(1_000) })
  .meta({ id: 'NewComplaints' });

export const complaintsTakenSchema = z
  .strictObject({
    recorded: z.int().min(0),
    repeated: z.int().min(0).meta({ description: 'Events that were known already' }),
    held: z.boolean().meta({ description: 'True when the campaign is held for its complaints now' }),
  })
  .meta({ id: 'ComplaintsTaken' });
