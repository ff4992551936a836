import { ContentRefused } from '../mail/content/faults.ts';
import { compileMail } from '../mail/compile.ts';
import type { Content, Identity } from '../domain/schema/content.ts';
import type { ResponseLink } from '../domain/response-link.ts';
import { refuse } from './check-input.ts';
import type { ApiDeps } from './deps.ts';
import { responseLinksFor } from './response-links.ts';

/** A compiled mail carries the id of its campaign; a check needs none. */
const noCampaign = '00000000-0000-0000-0000-000000000000';

/** Throws 422 with pointer, line and column of everything in a campaign's mail that cannot be sent. */
export async function checkContent(
  deps: ApiDeps,
  mail: { name: string; identity: Identity; content: Content; responseLinks: readonly ResponseLink[] },
): Promise<void> {
  try {
    const { name, identity, content, responseLinks: declared } = mail;
    const links = await responseLinksFor(deps, { campaignId: noCampaign, declared });
    await compileMail({ campaignId: noCampaign, campaignName: name, identity, content, links });
  } catch (error) {
    if (!(error instanceof ContentRefused)) throw error;
    throw refuse(
      'contentRefused',
      error.faults.map(({ pointer, line, column, detail }) => ({ pointer, line, column, detail })),
    );
  }
}
