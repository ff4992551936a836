import { z } from 'zod';
import { idSchema, instantInputSchema, instantSchema, listSchema, pagingFields } from './shared.ts';

const eventIdSchema = z
  .string()
  .min(1, 'an event needs an id: the name that your system has for the call, ticket or lead')
  .max(200, 'an event id has at most 200 characters')
  .refine((id) => !/\p{Cc}/u.test(id), 'an event id has no line breaks or control characters')
  .meta({
    description: 'Your own name for it; whatever is reported twice counts once',
    example: 'ticket-4711',
  });

/** Kinds with a colon are our own (`link:done`), so nobody can report what only a link can say. */
const kindSchema = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_-]{0,39}$/,
    'a kind has up to 40 letters, digits, _ and -, beginning with a letter',
  )
  .meta({ description: 'What it is', example: 'ticket' });

const eventSchema = z
  .strictObject({
    eventId: eventIdSchema,
    state: z
      .enum(['opened', 'handled'])
      .meta({ description: 'opened: somebody must act; handled: it is over. Either may come first' }),
    at: instantInputSchema.optional().meta({ description: 'When it happened; now when left out' }),
    kind: kindSchema.default('other'),
    contactId: idSchema.optional().meta({ description: 'Who answered, when that is known' }),
    email: z
      .string()
      .max(1_000)
      .optional()
      .meta({ description: 'Who answered, by the address that was mailed', example: 'anna@example.com' }),
  })
  .refine(({ contactId, email }) => contactId === undefined || email === undefined, {
    path: ['email'],
    error: 'give contactId or email, not both',
  })
  .meta({ id: 'ResponseEvent' });
export type ReportedEvent = z.output<typeof eventSchema>;

const eventsSchema = z
  .array(eventSchema)
  .max(1_000, 'a report has at most 1000 events; send the rest in another one')
  .meta({ description: 'Up to 1,000; an empty list says: there is nothing new, and the reporter lives' });

export const responseReportSchema = z.strictObject({ events: eventsSchema }).meta({ id: 'ResponseReport' });

export const webhookReportSchema = z
  .strictObject({ campaignId: idSchema, events: eventsSchema })
  .meta({ id: 'ResponseWebhook', description: 'What one message of a source reports' });

export const reportResultSchema = z
  .strictObject({
    accepted: z.int().min(0).meta({ description: 'Events that said something new' }),
    repeated: z.int().min(0).meta({ description: 'Events that were known already; they changed nothing' }),
    rejected: z
      .array(
        z.strictObject({
          index: z.int().min(0).meta({ description: 'Place in `events`, from 0' }),
          reason: z.string(),
        }),
      )
      .meta({ description: 'Events that cannot be; they changed nothing' }),
  })
  .meta({ id: 'ResponseReportResult' });

export const responseSchema = z
  .strictObject({
    id: idSchema,
    eventId: z.string(),
    source: z.string().meta({ description: '`api`, `link` or the id of a response source' }),
    kind: z.string().meta({ example: 'link:needHelp' }),
    state: z.enum(['open', 'handled']),
    contactId: idSchema.nullable(),
    email: z.string().nullable().meta({ description: 'Where the mail went that caused it' }),
    openedAt: instantSchema.nullable().meta({ description: 'Null: only its end was reported' }),
    handledAt: instantSchema.nullable(),
    reportedAt: instantSchema.meta({ description: 'When Sluice first heard of it' }),
  })
  .meta({ id: 'Response', description: 'An answer that a mailing caused' });

export const responseListSchema = listSchema(responseSchema, 'ResponseList');

export const responseQuerySchema = z.strictObject({
  ...pagingFields,
  state: z.enum(['open', 'handled']).optional(),
});
