import { z } from 'zod';
import {
  countChecked,
  listChecked,
  type AudienceCheck,
  type AudienceCounts,
} from '../../db/audience-count.ts';
import { resolveAudience } from '../../db/audience.ts';
import { readCampaignCheck } from '../../db/campaign-check.ts';
import type { Contact } from '../../db/contacts.ts';
import type { Database } from '../../db/open.ts';
import type { Audience } from '../../domain/filter/audience.ts';
import { printFilter } from '../../domain/filter/print-filter.ts';
import * as schema from '../../domain/schema/audience-check.ts';
import { idSchema } from '../../domain/schema/shared.ts';
import { audienceFaults } from '../audience-input.ts';
import { refuse } from '../check-input.ts';
import { showContact } from '../contact-view.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { findCampaign } from '../find-campaign.ts';
import { page } from '../paging.ts';

const tag = 'Audience';
const params = z.strictObject({ campaignId: idSchema });
const counts = { description: 'The counts', schema: schema.audienceCheckSchema } as const;
const people = {
  description: 'One page, in the order of the addresses',
  schema: schema.audiencePeopleSchema,
} as const;
const addressKey = z
  .string()
  .max(320)
  .refine((address) => !address.includes('\0'));

export const audienceCheckEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'checkAudience',
    method: 'post',
    path: '/v1/audience-checks',
    role: 'viewer',
    tag,
    summary: 'How many an audience has, before and after checking',
    description: 'Changes nothing. Who is counted where: POST /v1/audience-checks/people.',
    body: schema.audienceCheckInputSchema,
    answers: { 200: counts },
    handle: async ({ deps: { db }, body }) => {
      const check = await checkOf(db, body);
      return { status: 200, body: showCounts(check.audience, await countChecked(db, check, new Date())) };
    },
  }),
  endpoint({
    id: 'listAudience',
    method: 'post',
    path: '/v1/audience-checks/people',
    role: 'viewer',
    tag,
    summary: 'The people of an audience who would get it, or are kept back for a reason',
    description:
      'A POST, because a filter may name people, and addresses of pages are logged. Changes nothing.',
    body: schema.audiencePeopleInputSchema,
    answers: { 200: people },
    problems: ['invalidQuery'],
    handle: async ({ deps: { db }, body }) => {
      const { why, limit, cursor, ...asked } = body;
      return { status: 200, body: await peoplePage(db, await checkOf(db, asked), { why, limit, cursor }) };
    },
  }),
  endpoint({
    id: 'checkCampaignAudience',
    method: 'get',
    path: '/v1/campaigns/{campaignId}/audience-check',
    role: 'viewer',
    tag,
    summary: "How many a campaign's audience has now, before and after checking",
    description: 'By the settings of the campaign. Of one that has started, what its audience would be now.',
    params,
    answers: { 200: counts },
    problems: ['audienceRefused'],
    handle: async ({ deps: { db }, params: { campaignId } }) => {
      const check = await readCampaignCheck(db, await findCampaign(db, campaignId), new Date());
      return { status: 200, body: showCounts(check.audience, await countChecked(db, check, new Date())) };
    },
  }),
  endpoint({
    id: 'listCampaignAudience',
    method: 'get',
    path: '/v1/campaigns/{campaignId}/audience-check/people',
    role: 'viewer',
    tag,
    summary: "The people of a campaign's audience who would get it, or are kept back for a reason",
    params,
    query: schema.audiencePeopleQuerySchema,
    answers: { 200: people },
    problems: ['audienceRefused'],
    handle: async ({ deps: { db }, params: { campaignId }, query }) => {
      const check = await readCampaignCheck(db, await findCampaign(db, campaignId), new Date());
      return { status: 200, body: await peoplePage(db, check, query) };
    },
  }),
];

/** Refuses (422) an audience or documents that are not there. */
async function checkOf(
  db: Database,
  body: Pick<
    z.output<typeof schema.audienceCheckInputSchema>,
    'audience' | 'consent' | 'stream' | 'documents'
  >,
): Promise<AudienceCheck> {
  const { audience, consent, stream, documents } = body;
  const resolved = await resolveAudience(db, audience);
  const known =
    documents.length === 0
      ? []
      : await db.selectFrom('document').select('id').where('id', 'in', documents).execute();
  const missing = documents.flatMap((id, index) =>
    known.some((row) => row.id === id)
      ? []
      : [{ pointer: `/documents/${index}`, detail: `there is no document ${id}; name one that exists` }],
  );
  const faults = [...(resolved.ok ? [] : audienceFaults(resolved.faults, '/audience')), ...missing];
  if (faults.length > 0) throw refuse('invalidBody', faults);
  return { audience, newsletterOnly: consent.newsletter, stream, documents, onceWithin: null };
}

async function peoplePage(
  db: Database,
  check: AudienceCheck,
  asked: { readonly why: keyof AudienceCounts; readonly limit: number; readonly cursor?: string | undefined },
) {
  const { why, limit, cursor } = asked;
  const now = new Date();
  return page({
    limit,
    cursor,
    key: addressKey,
    read: (after, rows) => listChecked(db, check, why, { after, limit: rows, now }),
    keyOf: ({ address }: Contact) => address,
    show: showContact,
  });
}

function showCounts(audience: Audience, keptBack: AudienceCounts) {
  const { noAddress, noConsent, suppressed, alreadySent, remaining } = keptBack;
  const notSuppressed = remaining + alreadySent;
  const consenting = notSuppressed + suppressed;
  const withUsableAddress = consenting + noConsent;
  return {
    audience: sayAudience(audience),
    matched: withUsableAddress + noAddress,
    withUsableAddress,
    consenting,
    notSuppressed,
    notAlreadySent: remaining,
    remaining,
    keptBack: { noAddress, noConsent, suppressed, alreadySent },
  };
}

function sayAudience(audience: Audience): string {
  if ('all' in audience) return 'everybody';
  return 'filter' in audience ? printFilter(audience.filter) : `work list ${audience.workList}`;
}
