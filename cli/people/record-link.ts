import type { Command } from 'commander';
import { findCampaignId } from '../campaign/find-campaign.ts';
import { findContactId } from '../campaign/find-recipient.ts';
import { apiCommand, openSession, type CommonOptions, type Session } from '../command.ts';
import { usage } from '../failure.ts';
import type { Surroundings } from '../surroundings.ts';
import { findCustomer } from './customer.ts';
import { recordPath } from './record-line.ts';

interface LinkOptions extends CommonOptions {
  readonly contact?: string;
  readonly customer?: string;
  readonly campaign?: string;
}

/** link, unlink: what a record has to do with. */
export function addLinkCommands(record: Command, surroundings: Surroundings): void {
  for (const [name, method, description, done] of [
    ['link', 'PUT', 'link a record with a contact, a customer or a draft', 'Linked.'],
    ['unlink', 'DELETE', 'take a link off', 'Not linked any more.'],
  ] as const)
    apiCommand(record, `${name} <kind> <id>`, description)
      .option('--contact <contact>', 'address or id of a contact')
      .option('--customer <customer>', 'name, external id or id of a customer')
      .option('--campaign <campaign>', 'id of a draft')
      .action(async (kind: string, id: string, options: LinkOptions) => {
        const session = openSession(options, surroundings);
        const path = `${recordPath(kind, id)}/links/${await endOf(session, options)}`;
        session.answer(await session.api.send(method, path), () => [done]);
      });
}

async function endOf({ api }: Session, { contact, customer, campaign }: LinkOptions): Promise<string> {
  const given = [contact, customer, campaign].filter((each) => each !== undefined);
  if (given.length !== 1) throw usage('say one end: --contact, --customer or --campaign');
  if (contact !== undefined) return `contacts/${await findContactId(api, contact)}`;
  if (customer !== undefined) return `customers/${(await findCustomer(api, customer)).id}`;
  return `campaigns/${await findCampaignId(api, campaign ?? '')}`;
}
