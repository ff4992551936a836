import { readSigningKey } from '../../db/identities.ts';
import { signerOf, type Signer } from '../../mail/dkim/signer.ts';
import type { ActivityDependencies } from '../dependencies.ts';

/**
 * What signs the mails of a campaign: the key of its identity, else the configured one; null: nothing does. Asked for each attempt of a
 * batch, so that a new key is used from the next one on: one that was taken out of the DNS is worth nothing.
 */
export async function signerFor(
  { db, sign }: Pick<ActivityDependencies, 'db' | 'sign'>,
  campaignId: string,
): Promise<Signer | null> {
  const key = await readSigningKey(db, campaignId);
  return key === null ? sign : signerOf(key);
}
