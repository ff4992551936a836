import PostalMime, { type Email } from 'postal-mime';
import type { Recipient } from '../../domain/recipient.ts';
import type { Content, Identity } from '../../domain/schema/content.ts';
import { compileMail, type MailToCompile } from '../../mail/compile.ts';
import type { FillResult, Skeleton } from '../../mail/skeleton.ts';

export const identity: Identity = {
  name: 'Büro, "IT"',
  address: 'it@bücher.example',
  replyTo: 'helpdesk@example.com',
};

export const recipient: Recipient = {
  contactId: '00000000-0000-4000-8000-000000000001',
  email: 'anna@example.org',
  firstName: 'Anna',
  lastName: 'Müller',
  title: null,
  salutation: 'Frau',
  language: 'de',
  timeZone: null,
  attributes: { city: 'Köln', floor: 3 },
  customer: { name: 'Muster & Söhne', attributes: {} },
};

export const messageId = '<1.2@example.com>';
/** 2025-12-01T07:00:00Z */
export const date = 1_764_572_400_000;

export function mailOf(content: Content): MailToCompile {
  return { campaignId: '3b241101-e2bb-4255-8caf-4136c566a962', campaignName: 'Upgrade', identity, content };
}

export async function skeletonOf(content: Content): Promise<Skeleton> {
  return await compileMail(mailOf(content));
}

export function fillFor(skeleton: Skeleton, change: Partial<Recipient> = {}): FillResult {
  const input = { recipient: { ...recipient, ...change }, messageId, date };
  return skeleton.fill(input);
}

/** The bytes of one filled mail, one octet per character. */
export function bytesOf(result: FillResult): string {
  if (!result.ok) throw new Error(`not filled: ${result.reason.text}`);
  return Buffer.from(result.message).toString('latin1');
}

/** What another make of reader finds in the bytes. */
export async function readBack(bytes: string): Promise<Email> {
  return await PostalMime.parse(Buffer.from(bytes, 'latin1'));
}
