import { readLinkSecret } from '../db/signing-secret.ts';
import type { ResponseLinks } from '../domain/merge-field.ts';
import { linksOf, type ResponseLink } from '../domain/response-link.ts';
import { createResponseLinks } from '../mail/response-link.ts';
import type { ApiDeps } from './deps.ts';

export interface LinksWanted {
  readonly campaignId: string;
  readonly declared: readonly ResponseLink[];
  /** The links of a test are nobody's: following them counts nothing. */
  readonly test?: boolean;
}

/** The links of a campaign's mails, as the worker makes them; null while this API has no public address for them. */
export async function responseLinksFor(
  { db, publicUrl }: Pick<ApiDeps, 'db' | 'publicUrl'>,
  { campaignId, declared, test = false }: LinksWanted,
): Promise<ResponseLinks | null> {
  if (publicUrl === null) return null;
  const names = linksOf(declared).map(({ name }) => name);
  return createResponseLinks({ secret: await readLinkSecret(db), publicUrl, campaignId, names, test });
}
