import type { CampaignRow } from '../../db/campaigns.ts';
import { readCarried } from '../../db/document-receipts.ts';
import { readMailToSend, type MailToSend } from '../../db/mail-to-send.ts';
import { readRecipientAsSent } from '../../db/recipient-as-sent.ts';
import type { RecipientRow } from '../../db/recipients.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import { compileCampaignMail, type MailStores } from '../../mail/campaign-mail.ts';
import { ContentRefused } from '../../mail/content/faults.ts';
import type { Skeleton } from '../../mail/skeleton.ts';
import type { ApiDeps } from '../deps.ts';
import { mailStores } from '../mail-stores.ts';
import { Problem } from '../problem.ts';

export interface MailAsSent {
  readonly messageId: string;
  readonly to: string;
  readonly message: Uint8Array;
}

/**
 * The mail of one recipient as its last attempt had it: compiled and filled by the functions that sent it, from the campaign's frozen
 * content, the values of that time, the stored Date and the same Message-ID. The same bytes, but for a DKIM-Signature.
 */
export async function renderAsSent(
  { db, publicUrl }: Pick<ApiDeps, 'db' | 'publicUrl'>,
  campaign: CampaignRow,
  { contactId, mailDate, state }: RecipientRow,
): Promise<MailAsSent> {
  if (mailDate === null)
    throw new Problem(
      'notFound',
      `no mail of this campaign was made for this person yet (${state}); POST /v1/previews shows what it would be`,
    );
  const recipient = await readRecipientAsSent(db, campaign.id, contactId);
  if (recipient === null)
    throw new Problem(
      'notFound',
      'this mail was made before the values of each mail were noted, or the customer of that time was removed; the ledger knows that and when it was sent, not with which values',
    );
  const carried = await readCarried(db, campaign.id, contactId);
  const skeleton = await compile(
    await readMailToSend(db, campaign.id),
    mailStores({ db, publicUrl }),
    carried,
  );
  const messageId = messageIdOf(campaign.id, contactId, skeleton.options.domain);
  const filled = skeleton.fill({ recipient, messageId, date: mailDate.getTime() });
  if (!filled.ok)
    throw new Problem('notFound', `this mail could not be made, and was not sent: ${filled.reason.text}`);
  return { messageId, to: filled.envelope.to, message: filled.message };
}

/** What a worker could compile this process can, too, unless it was not told its own address. */
async function compile(
  mail: MailToSend,
  stores: MailStores,
  carried: readonly string[] | undefined,
): Promise<Skeleton> {
  try {
    return await compileCampaignMail(mail, stores, carried);
  } catch (error) {
    if (!(error instanceof ContentRefused)) throw error;
    throw new Problem(
      'conflict',
      `this process cannot make the mail again: ${error.faults.map(({ detail }) => detail).join('; ')}; give the API the same SLUICE_PUBLIC_URL as the workers`,
      { cause: error },
    );
  }
}
