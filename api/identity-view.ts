import { domainToASCII } from 'node:url';
import type { z } from 'zod';
import { dkimOf, type IdentityRow } from '../db/identities.ts';
import { isAligned } from '../domain/dkim-alignment.ts';
import { asciiDomain } from '../domain/email-address.ts';
import type { namedIdentitySchema } from '../domain/schema/identity.ts';
import { dkimRecord, readDkimKey } from '../mail/dkim/dkim-key.ts';
import { wireInstant } from './wire-instant.ts';

type View = z.output<typeof namedIdentitySchema>;

/** An identity as the API shows it: of its key the public half only. */
export function showIdentity(row: IdentityRow): View {
  const { id, version, label, name, address, reply_to: replyTo, allowed_domains: allowedDomains } = row;
  return {
    id,
    version,
    label,
    name,
    address,
    replyTo,
    allowedDomains,
    dkim: showDkim(row),
    warnings: warningsOf(row),
    createdAt: wireInstant(row.created_at),
    createdBy: row.created_by,
    updatedAt: wireInstant(row.updated_at),
  };
}

/** The domain of an address, in ASCII. */
export function addressDomain(address: string): string {
  return asciiDomain(address.trim().slice(address.trim().lastIndexOf('@') + 1), domainToASCII);
}

function showDkim(row: IdentityRow): View['dkim'] {
  const dkim = dkimOf(row);
  if (dkim === null) return null;
  const { domain, selector } = dkim;
  const read = readDkimKey(dkim.privateKey);
  // Every way into the table looks at the key first.
  if (!read.ok) throw new Error(`the DKIM key of identity ${row.id} cannot be read: ${read.why}`);
  return { domain, selector, algorithm: read.algorithm, record: dkimRecord(domain, selector, read.key) };
}

function warningsOf({ address, dkim_domain: signing }: IdentityRow): View['warnings'] {
  if (signing === null || isAligned(signing, addressDomain(address))) return [];
  return [
    {
      code: 'dkimNotAligned',
      text:
        `mails from ${addressDomain(address)} would be signed by ${signing}: for DMARC that is no signature of the sender; ` +
        `use a key of ${addressDomain(address)} or of the domain above it`,
    },
  ];
}
