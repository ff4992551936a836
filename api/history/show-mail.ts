import { domainToASCII } from 'node:url';
import type { z } from 'zod';
import type { MailRow } from '../../db/mail-history.ts';
import { asciiDomain } from '../../domain/email-address.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import type { sentMailSchema } from '../../domain/schema/mail-history.ts';
import { wireInstant, wireInstantOrNull } from '../wire-instant.ts';

/** One mail of a history as the API shows it. */
export function showMail(row: MailRow): z.output<typeof sentMailSchema> {
  const reply = row.code === null ? null : { code: row.code, enhanced: row.enhanced, text: row.reply ?? '' };
  return {
    at: wireInstantOrNull(row.at),
    contact: { id: row.contact_id, email: row.email, name: row.contact_name },
    customer: row.customer_id === null ? null : { id: row.customer_id, name: row.customer_name },
    campaign: { id: row.campaign_id, name: row.campaign_name, stream: row.stream },
    createdBy: row.created_by,
    startedBy: row.started_by,
    startedAt: wireInstantOrNull(row.started_at),
    state: row.state,
    batch: row.batch,
    messageId: messageIdFor(row),
    reply,
    reason: row.reason_code === null ? null : { code: row.reason_code, text: row.reason_text ?? '' },
    bounce:
      row.state !== 'failed' || reply === null || row.settled_at === null
        ? null
        : { at: wireInstant(row.settled_at), ...reply },
    complainedAt: wireInstantOrNull(row.complained_at),
    forced: forced(row.forced_by, row.forced_because),
    documents: row.documents.map(({ forcedBy, forcedBecause, ...document }) => ({
      ...document,
      forced: forced(forcedBy, forcedBecause),
    })),
  };
}

export const mailColumns = [
  'at',
  'email',
  'name',
  'customer',
  'campaign',
  'campaign_id',
  'stream',
  'state',
  'code',
  'enhanced',
  'reply',
  'reason',
  'complained_at',
  'documents',
  'forced_by',
  'forced_because',
  'created_by',
  'started_by',
  'started_at',
  'batch',
  'message_id',
] as const;

/** The same as a row of a file. */
export function mailCells(row: MailRow): (string | number | Date | null)[] {
  return [
    row.at,
    row.email,
    row.contact_name,
    row.customer_name,
    row.campaign_name,
    row.campaign_id,
    row.stream,
    row.state,
    row.code,
    row.enhanced,
    row.reply,
    row.reason_text,
    row.complained_at,
    row.documents
      .map(({ title, version, as }) => `${title} ${version}${as === null ? '' : ` (${as})`}`)
      .join('; '),
    row.forced_by ?? row.documents.find(({ forcedBy }) => forcedBy !== null)?.forcedBy ?? null,
    row.forced_because ?? row.documents.find(({ forcedBy }) => forcedBy !== null)?.forcedBecause ?? null,
    row.created_by,
    row.started_by,
    row.started_at,
    row.batch,
    messageIdFor(row),
  ];
}

function messageIdFor({ campaign_id, contact_id, sender }: MailRow): string {
  return messageIdOf(
    campaign_id,
    contact_id,
    asciiDomain(sender.slice(sender.lastIndexOf('@') + 1), domainToASCII),
  );
}

function forced(by: string | null, reason: string | null): { by: string; reason: string | null } | null {
  return by === null ? null : { by, reason };
}
