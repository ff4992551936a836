import { compileMail, type MailToCompile } from './compile.ts';
import { createResponseLinks } from './response-link.ts';
import type { Skeleton } from './skeleton.ts';

/** What a campaign keeps of its mail, as db/mail-to-send.ts reads it. */
interface StoredMail extends Omit<MailToCompile, 'links' | 'test'> {
  readonly linkNames: readonly string[];
  readonly linkSecret: Buffer;
}

/**
 * The mail of a campaign as its recipients get it: one function for whoever sends it and for whoever shows it later, so that both
 * have the same bytes. `publicUrl` null: a mail that has links to this installation is refused. Throws ContentRefused.
 */
export async function compileCampaignMail(
  { linkNames, linkSecret, ...mail }: StoredMail,
  publicUrl: string | null,
): Promise<Skeleton> {
  const { campaignId } = mail;
  const links =
    publicUrl === null
      ? null
      : createResponseLinks({ secret: linkSecret, publicUrl, campaignId, names: linkNames });
  return compileMail({ ...mail, links });
}
