import { z } from 'zod';
import { identitySchema } from './content.ts';
import { idSchema, instantSchema, listSchema, nameSchema } from './shared.ts';

const label = nameSchema.meta({
  description: 'How it is called here; unique, whatever its case. Recipients never see it',
  example: 'Helpdesk',
});
const { name, address, replyTo } = identitySchema.shape;

const domainSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is no domain; write it as example.com, an international one in its ASCII form (xn--…)`,
  })
  .meta({ description: 'A domain in ASCII', example: 'example.com' });

const allowedDomains = z
  .array(domainSchema)
  .max(200, 'at most 200 domains')
  .transform((domains) => [...new Set(domains)])
  .meta({
    description:
      'Domains of recipients that it may write to, each exactly as it stands behind the @; none: all. Others are skipped',
    example: ['example.com'],
  });

const selectorSchema = z
  .string()
  .max(63)
  .regex(/^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$/i, 'a selector is written like sluice or 2026-12')
  .meta({ description: 'Where below _domainkey the public key is published (DKIM s=)', example: '2026-12' });

const dkimInput = z
  .strictObject({
    domain: domainSchema.meta({ description: 'The domain that signs (DKIM d=)', example: 'example.com' }),
    selector: selectorSchema,
    privateKey: z.string().min(1).max(20_000).meta({
      description:
        'RSA of 2048 bits or more, or Ed25519, in PEM form without a passphrase; never shown again',
      example: '-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----',
    }),
  })
  .meta({ id: 'DkimInput' });

export const newIdentitySchema = z
  .strictObject({
    label,
    name,
    address,
    replyTo,
    allowedDomains: allowedDomains.default([]),
    dkim: dkimInput.nullable().default(null),
  })
  .meta({ id: 'NewIdentity' });

export const identityPatchSchema = z
  .strictObject({
    label: label.optional(),
    name: name.optional(),
    address: address.optional(),
    replyTo: replyTo.nullable().meta({ description: 'null: answers go to the address' }),
    allowedDomains: allowedDomains.optional(),
    dkim: dkimInput.nullable().optional().meta({ description: 'null: its key is forgotten' }),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'give at least one field to change')
  .meta({ id: 'IdentityPatch', description: 'What is left out stays' });

export const dkimKeyRequestSchema = z
  .strictObject({
    selector: selectorSchema,
    domain: domainSchema.optional().meta({ description: 'That of the address when left out' }),
  })
  .meta({ id: 'DkimKeyRequest' });

const dnsRecord = z
  .strictObject({
    name: z.string().meta({ example: '2026-12._domainkey.example.com' }),
    type: z.literal('TXT'),
    value: z.string().meta({ example: 'v=DKIM1; k=rsa; p=MIIBIjANBg…' }),
    zoneLine: z
      .string()
      .meta({ description: 'The same as a line of a zone file, in pieces of at most 255 octets' }),
  })
  .meta({ id: 'DnsRecord', description: 'To be published, so that receivers can check the signature' });

export const namedIdentitySchema = z
  .strictObject({
    id: idSchema,
    version: z.int().meta({ description: 'Also the ETag' }),
    label: z.string(),
    name: z.string(),
    address: z.string(),
    replyTo: z.string().nullable(),
    allowedDomains: z.array(z.string()),
    dkim: z
      .strictObject({
        domain: z.string(),
        selector: z.string(),
        algorithm: z.enum(['rsa', 'ed25519']),
        record: dnsRecord,
      })
      .nullable()
      .meta({ description: 'Null: its mails are signed with the key of the configuration, or not at all' }),
    warnings: z.array(z.strictObject({ code: z.enum(['dkimNotAligned']), text: z.string() })),
    createdAt: instantSchema,
    createdBy: z.string(),
    updatedAt: instantSchema,
  })
  .meta({ id: 'NamedIdentity', description: 'Who mails are from, kept under a label for many campaigns' });
export const namedIdentityListSchema = listSchema(namedIdentitySchema, 'NamedIdentities');

/** Who a mail is from, given in the body or by its id. */
export const identityInputSchema = z
  .union([identitySchema, z.strictObject({ id: idSchema }).meta({ id: 'IdentityById' })])
  .meta({ description: 'Who a mail is from, or the id of an identity; kept as a copy' });
export type IdentityInput = z.output<typeof identityInputSchema>;
