import { z } from 'zod';
import type { Recipient } from '../../domain/recipient.ts';
import {
  checkedPeopleQuerySchema,
  checkedPeopleSchema,
  contentCheckSchema,
  nextOddCaseSchema,
  oddCaseQuerySchema,
  type ContentCheck,
} from '../../domain/schema/content-check.ts';
import { idSchema } from '../../domain/schema/shared.ts';
import type { Oddity } from '../../mail/oddities.ts';
import { auditAudience, warningsOf, type OddRecipient } from '../audience-oddities.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { findCampaign } from '../find-campaign.ts';
import { page } from '../paging.ts';

const tag = 'Mails';
const params = z.strictObject({ campaignId: idSchema });

export const contentCheckEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'checkContent',
    method: 'get',
    path: '/v1/campaigns/{campaignId}/content-check',
    role: 'viewer',
    tag,
    summary: 'What is missing or odd in the mails of everybody whom the campaign means, before they are sent',
    description: 'Fills the mail for each of them: about 100,000 people in two seconds. Sends nothing.',
    params,
    answers: { 200: { description: 'Findings, the most frequent first', schema: contentCheckSchema } },
    problems: ['contentRefused'],
    handle: async ({ deps, params: { campaignId } }) => {
      const campaign = await findCampaign(deps.db, campaignId);
      const tally = new Tally();
      for await (const odd of auditAudience(deps, campaign, null)) tally.add(odd);
      return { status: 200, body: tally.result([...(await warningsOf(deps, campaign, tally.first))]) };
    },
  }),
  endpoint({
    id: 'listCheckedPeople',
    method: 'get',
    path: '/v1/campaigns/{campaignId}/content-check/people',
    role: 'viewer',
    tag,
    summary: 'The people of one finding',
    params,
    query: checkedPeopleQuerySchema,
    answers: { 200: { description: 'In the order of their ids', schema: checkedPeopleSchema } },
    problems: ['contentRefused'],
    handle: async ({ deps, params: { campaignId }, query: { code, field, limit, cursor } }) => {
      const campaign = await findCampaign(deps.db, campaignId);
      const isMeant = (each: Oddity): boolean =>
        each.code === code && (field === undefined || each.field === field);
      const body = await page({
        limit,
        cursor,
        key: z.guid(),
        read: (after, wanted) =>
          take(auditAudience(deps, campaign, after), wanted, ({ oddities }) => oddities.some(isMeant)),
        keyOf: ({ recipient }: OddRecipient) => recipient.contactId,
        show: ({ recipient: { contactId, email } }: OddRecipient) => ({ contactId, email }),
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'getOddCase',
    method: 'get',
    path: '/v1/campaigns/{campaignId}/odd-cases',
    role: 'viewer',
    tag,
    summary: 'The next recipient whose mail is out of the ordinary',
    params,
    query: oddCaseQuerySchema,
    answers: { 200: { description: 'The recipient, or null', schema: nextOddCaseSchema } },
    problems: ['contentRefused'],
    handle: async ({ deps, params: { campaignId }, query: { after = null } }) => {
      const campaign = await findCampaign(deps.db, campaignId);
      const people = auditAudience(deps, campaign, after);
      const [found] = await take(people, 1, ({ oddities }) => oddities.length > 0);
      if (found === undefined) return { status: 200, body: { item: null } };
      const { contactId, email } = found.recipient;
      return { status: 200, body: { item: { contactId, email, oddities: [...found.oddities] } } };
    },
  }),
];

/** The first `wanted` of them that fit. */
async function take(
  people: AsyncGenerator<OddRecipient>,
  wanted: number,
  fits: (odd: OddRecipient) => boolean,
): Promise<OddRecipient[]> {
  const found: OddRecipient[] = [];
  for await (const each of people) {
    if (fits(each)) found.push(each);
    if (found.length >= wanted) break;
  }
  return found;
}

/** Counts findings over an audience. */
class Tally {
  readonly #findings = new Map<string, Oddity & { count: number }>();
  /** The first of them whose mail can be shown, null when there is nobody. */
  first: Recipient | null = null;
  #recipients = 0;
  #skipped = 0;

  add({ recipient, oddities }: OddRecipient): void {
    if (oddities.every(({ code, skips }) => !skips || code === 'mergeValueMissing')) this.first ??= recipient;
    this.#recipients++;
    if (oddities.some(({ skips }) => skips)) this.#skipped++;
    for (const oddity of oddities) {
      const key = `${oddity.code} ${oddity.field ?? ''}`;
      const known = this.#findings.get(key);
      if (known !== undefined) known.count++;
      // A long value has its own length each time.
      else if (oddity.code === 'longValue')
        this.#findings.set(key, { ...oddity, text: `${oddity.field ?? ''} is very long`, count: 1 });
      else this.#findings.set(key, { ...oddity, count: 1 });
    }
  }

  result(warnings: ContentCheck['warnings']): ContentCheck {
    const findings = [...this.#findings.values()].sort((one, other) => other.count - one.count);
    return { recipients: this.#recipients, skipped: this.#skipped, findings, warnings };
  }
}
