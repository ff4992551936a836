import { z } from 'zod';
import { audienceInputSchema } from './audience.ts';
import { campaignConsentSchema } from './consent.ts';
import { contactSchema } from './contact.ts';
import { idSchema, listSchema, pagingFields } from './shared.ts';
import { streamSchema } from './stream.ts';

const fields = {
  audience: audienceInputSchema,
  consent: campaignConsentSchema.default({ newsletter: true }),
  stream: streamSchema.default('campaign'),
  documents: z
    .array(idSchema)
    .max(50, 'a mail has at most 50 documents')
    .default([])
    .meta({ description: 'Whoever got all of these already has nothing left to get' }),
} as const;

export const audienceCheckInputSchema = z.strictObject(fields).meta({
  id: 'AudienceCheckInput',
  description: 'Whom, and what a campaign with this audience would be',
  example: { audience: { all: true } },
});

/** `remaining`: those who would get it. */
const whySchema = z
  .enum(['noAddress', 'noConsent', 'suppressed', 'alreadySent', 'remaining'])
  .default('remaining')
  .meta({
    description: 'The first reason that keeps them back, in this order; remaining: those who would get it',
  });

const limit = z.int().min(1).max(500).default(50);
export const audiencePeopleInputSchema = z
  .strictObject({ ...fields, why: whySchema, limit, cursor: z.string().max(1_000).optional() })
  .meta({ id: 'AudiencePeopleInput', example: { audience: { all: true }, why: 'noConsent' } });

export const audiencePeopleQuerySchema = z.strictObject({ ...pagingFields, why: whySchema });

const count = z.int().min(0);
export const audienceCheckSchema = z
  .strictObject({
    audience: z.string().meta({ description: 'The audience in words: of a filter its one-line text' }),
    matched: count.meta({ description: 'Whom the audience names' }),
    withUsableAddress: count.meta({
      description: 'Of these: nothing has shown that nobody is at the address',
    }),
    consenting: count.meta({ description: 'Of these: ordered the newsletter, where that is asked for' }),
    notSuppressed: count.meta({ description: 'Of these: may be mailed in this stream' }),
    notAlreadySent: count.meta({ description: 'Of these: have not got it already' }),
    remaining: count.meta({ description: 'Who would get it now' }),
    keptBack: z
      .strictObject({ noAddress: count, noConsent: count, suppressed: count, alreadySent: count })
      .meta({ description: 'The differences; each person counts for their first reason' }),
  })
  .meta({
    id: 'AudienceCheck',
    description: 'How many are meant before and after checking, from one snapshot',
  });

export const audiencePeopleSchema = listSchema(contactSchema, 'AudiencePeople');
