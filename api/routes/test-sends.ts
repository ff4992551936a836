import { randomUUID } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { mailPartsOf, type MailParts } from '../../db/campaign-sources.ts';
import type { CampaignRow } from '../../db/campaigns.ts';
import { readLinkedOfCampaign, readRecipient } from '../../db/contacts.ts';
import { readSigningKey } from '../../db/identities.ts';
import { readMainGate } from '../../db/main-gate.ts';
import type { Database } from '../../db/open.ts';
import { asciiDomain, normaliseAddress } from '../../domain/email-address.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { unknownPerson } from '../../domain/recipient.ts';
import { testSendRequestSchema, testSendSchema } from '../../domain/schema/preview.ts';
import { idSchema } from '../../domain/schema/shared.ts';
import { signerOf, type Signer } from '../../mail/dkim/signer.ts';
import type { Preview } from '../../mail/preview.ts';
import { RelayTrouble, type Lane, type Transport } from '../../mail/transport.ts';
import { freshMail } from '../campaign-mail.ts';
import { refuse } from '../check-input.ts';
import type { ApiDeps } from '../deps.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { findCampaign } from '../find-campaign.ts';
import { mailPartsFor } from '../mail-parts.ts';
import { away, Problem } from '../problem.ts';
import { renderOrRefuse } from '../rendered-mail.ts';

/** How long a test waits for a place at the relay. */
const patienceMs = 20_000;

export const testSendEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'sendTest',
    method: 'post',
    path: '/v1/campaigns/{campaignId}/test-sends',
    role: 'operator',
    tag: 'Mails',
    summary: 'Send a campaign’s mail to a few addresses, marked as test',
    description:
      'Outside of the ledger and in any state of the campaign. An address of a known contact is filled with its values, for any other ' +
      'missing values are marked. Not sent while the main gate is closed.',
    params: z.strictObject({ campaignId: idSchema }),
    body: testSendRequestSchema,
    answers: { 200: { description: 'What became of each mail', schema: testSendSchema } },
    problems: ['notFound', 'conflict', 'contentRefused', 'relayAway'],
    handle: async ({ deps, params, body }) => {
      const stored = await findCampaign(deps.db, params.campaignId);
      const addresses = readAddresses(body.to);
      const campaign = await mailToTest(deps.db, stored);
      refuseDomains(campaign, body.to, addresses);
      await refuseClosedGate(deps.db);
      if (deps.transport === null)
        throw away(
          'relayAway',
          'this API has no SMTP_URL, so it cannot send; set it and start the API again',
          60,
        );
      // All are rendered before the first is sent: a content that is refused sends nothing.
      const mails = await Promise.all(addresses.map((address) => renderFor(deps, campaign, address)));
      return { status: 200, body: { items: await sendAll(deps.transport, campaign, mails) } };
    },
  }),
];

interface Address {
  readonly email: string;
  readonly address: string;
}

interface TestMail {
  readonly to: string;
  readonly id: string;
  readonly preview: Preview;
}

function readAddresses(to: readonly string[]): Address[] {
  const checks = to.map((text) => normaliseAddress(text, domainToASCII));
  const faults = checks.flatMap((check, index) =>
    check.ok ? [] : [{ pointer: `/to/${index}`, detail: check.why }],
  );
  if (faults.length > 0) throw refuse('invalidBody', faults);
  const good = checks.flatMap((check) => (check.ok ? [check] : []));
  return [...new Map(good.map((each) => [each.address, each])).values()];
}

interface TestedMail extends MailParts {
  readonly row: CampaignRow;
  /** Null: the identity has no key, and a test is not signed. */
  readonly sign: Signer | null;
}

/** A draft is tested as it would be started now, a started campaign as it is sent. */
async function mailToTest(db: Database, row: CampaignRow): Promise<TestedMail> {
  const parts = row.state === 'draft' ? await freshMail(db, row) : mailPartsOf(row);
  const key = await readSigningKey(db, row.id);
  return { ...parts, row, sign: key === null ? null : signerOf(key) };
}

/** Throws 422: a test does not go where the campaign itself may not. */
function refuseDomains(
  { sources: { allowedDomains } }: TestedMail,
  to: readonly string[],
  addresses: readonly Address[],
): void {
  if (allowedDomains.length === 0) return;
  const faults = addresses.flatMap(({ email, address }) => {
    if (allowedDomains.includes(address.slice(address.lastIndexOf('@') + 1))) return [];
    const pointer = `/to/${to.findIndex((text) => text.trim().normalize('NFC') === email)}`;
    return [
      {
        pointer,
        detail: `the identity may write only to ${allowedDomains.join(', ')}; give it the domain, or test with another address`,
      },
    ];
  });
  if (faults.length > 0) throw refuse('invalidBody', faults);
}

async function refuseClosedGate(db: Database): Promise<void> {
  const gate = await readMainGate(db);
  if (gate.open) return;
  throw new Problem(
    'conflict',
    `the main gate is closed by ${gate.by ?? 'somebody'}, nothing is sent; open it first`,
  );
}

async function renderFor(
  deps: ApiDeps,
  { row: campaign, identity, content, sources, sign }: TestedMail,
  { email, address }: Address,
): Promise<TestMail> {
  const known = await readRecipient(deps.db, { address }, campaign.id);
  const recipient =
    known === null
      ? {
          ...unknownPerson(email, randomUUID()),
          linked: await readLinkedOfCampaign(deps.db, campaign.id),
        }
      : { ...known, email };
  const id = randomUUID();
  const date = Date.now();
  const preview = await renderOrRefuse({
    campaignId: campaign.id,
    campaignName: campaign.name,
    identity,
    content,
    ...(await mailPartsFor(deps, {
      content,
      signature: sources.signature,
      declared: campaign.response_links,
      campaignId: campaign.id,
      test: true,
    })),
    streamId: campaign.stream,
    timeZone: campaign.time_zone,
    test: true,
    recipient,
    // A new id each time: some receivers drop a mail with a Message-ID that they have seen.
    messageId: messageIdOf(campaign.id, id, wireAddress(identity.address).split('@').at(-1) ?? ''),
    date,
  });
  const message = sign === null ? preview.message : await sign(preview.message, date, null);
  return { to: email, id, preview: { ...preview, message } };
}

/** One after the other over one place at the relay. Trouble before the first mail is a 503, later it is told for each mail. */
async function sendAll(transport: Transport, campaign: TestedMail, mails: readonly TestMail[]) {
  const items = [];
  for (const mail of mails) {
    const outcome = await sendOne(transport, campaign, mail, items.length === 0);
    items.push({
      to: mail.to,
      outcome: outcome.kind,
      reply: 'reply' in outcome ? outcome.reply : null,
      text: 'text' in outcome ? outcome.text : null,
      warnings: [...mail.preview.warnings],
    });
  }
  return items;
}

async function sendOne(
  transport: Transport,
  campaign: TestedMail,
  mail: TestMail,
  first: boolean,
): Promise<Outcome> {
  let lane: Lane;
  try {
    lane = await transport.acquire(AbortSignal.timeout(patienceMs));
  } catch (error) {
    const text = describeTrouble(error);
    if (first) throw away('relayAway', `${text}; nothing was sent`, 30, error);
    return { kind: 'notSent', touched: false, text };
  }
  try {
    const envelope = {
      from: wireAddress(campaign.identity.address),
      to: wireAddress(mail.to),
      envelopeId: mail.id,
    };
    return await lane.send({ ...envelope, message: mail.preview.message }, () => true);
  } finally {
    lane.release();
  }
}

/** Throws what is neither the relay's trouble nor the end of our patience: a bug. */
function describeTrouble(error: unknown): string {
  if (error instanceof RelayTrouble) return `the relay cannot be used (${error.code}): ${error.message}`;
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return `the relay had no place for it within ${patienceMs / 1000} s`;
  throw error;
}

function wireAddress(email: string): string {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, at)}@${asciiDomain(email.slice(at + 1), domainToASCII)}`;
}
