import type { CampaignListed } from '../answers.ts';
import type { Api } from '../api.ts';
import { Failure, usage } from '../failure.ts';
import { allItems } from '../pages.ts';
import { clean } from '../terminal-text.ts';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const beginning = /^[0-9a-f-]{4,36}$/i;

/** The id behind what was typed: a whole id, or the beginning of one (at least four characters) that fits only one campaign. */
export async function findCampaignId(api: Api, typed: string): Promise<string> {
  if (uuid.test(typed)) return typed.toLowerCase();
  if (!beginning.test(typed))
    throw usage(
      `a campaign is named by its id or the first characters of it, at least four (got ${clean(typed)})`,
    );
  const all = await allItems<CampaignListed>(api, '/v1/campaigns');
  const found = all.filter(({ id }) => id.startsWith(typed.toLowerCase()));
  const [first, ...others] = found;
  if (first === undefined)
    throw new Failure(4, `no campaign has an id that begins with ${typed}; sluice campaign list shows them`);
  if (others.length > 0)
    throw usage(
      `${found.length} campaigns begin with ${typed}: ${found.map(({ id }) => id.slice(0, 13)).join(', ')}`,
    );
  return first.id;
}
