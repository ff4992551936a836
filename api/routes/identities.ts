import { domainToASCII } from 'node:url';
import { z } from 'zod';
import * as identities from '../../db/identities.ts';
import { normaliseAddress } from '../../domain/email-address.ts';
import * as schema from '../../domain/schema/identity.ts';
import { idSchema, pagingFields } from '../../domain/schema/shared.ts';
import { makeDkimKey, readDkimKey } from '../../mail/dkim/dkim-key.ts';
import { changedRecord, nameTaken } from '../changed-record.ts';
import { refuse } from '../check-input.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { entityTag } from '../entity-tag.ts';
import { addressDomain, showIdentity } from '../identity-view.ts';
import { page, positionSchema } from '../paging.ts';
import { notFound } from '../problem.ts';

const tag = 'Identities';
const params = z.strictObject({ identityId: idSchema });
const one = { description: 'The identity', schema: schema.namedIdentitySchema } as const;

export const identityEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'createIdentity',
    method: 'post',
    path: '/v1/identities',
    role: 'operator',
    tag,
    summary: 'Makes an identity: who mails are from, with its key and the domains it may write to',
    body: schema.newIdentitySchema,
    answers: { 201: one },
    problems: ['conflict'],
    handle: async ({ deps, body: { replyTo = null, ...body }, caller }) => {
      refuseUnfit({ ...body, replyTo });
      const row = await identities.insertIdentity(deps.db, { ...body, replyTo }, caller.name);
      if (row === 'taken') throw nameTaken('identity', body.label);
      const headers = { ETag: entityTag(row.version), Location: `/v1/identities/${row.id}` };
      return { status: 201, headers, body: showIdentity(row) };
    },
  }),
  endpoint({
    id: 'listIdentities',
    method: 'get',
    path: '/v1/identities',
    role: 'viewer',
    tag,
    summary: 'Identities, oldest first',
    query: z.strictObject(pagingFields),
    answers: { 200: { description: 'Identities', schema: schema.namedIdentityListSchema } },
    handle: async ({ deps, query }) => ({
      status: 200,
      body: await page({
        ...query,
        key: positionSchema,
        read: (after, limit) => identities.listIdentities(deps.db, after, limit),
        keyOf: ({ position, id }) => [position, id],
        show: showIdentity,
      }),
    }),
  }),
  endpoint({
    id: 'getIdentity',
    method: 'get',
    path: '/v1/identities/{identityId}',
    role: 'viewer',
    tag,
    summary: 'One identity, with the DNS record of its key',
    params,
    versioned: true,
    answers: { 200: one },
    handle: async ({ deps, params: { identityId } }) => {
      const row = await identities.readIdentity(deps.db, identityId);
      if (row === null) throw notFound('identity', identityId);
      return answer(row);
    },
  }),
  endpoint({
    id: 'changeIdentity',
    method: 'patch',
    path: '/v1/identities/{identityId}',
    role: 'operator',
    tag,
    summary: 'Changes an identity; campaigns that have not started are sent as it is at their start',
    description: 'A new DKIM key signs from the next batch of any campaign on: publish its record first.',
    params,
    versioned: true,
    body: schema.identityPatchSchema,
    answers: { 200: one },
    problems: ['conflict'],
    handle: async ({ deps, params: { identityId: id }, body, ifMatch }) => {
      refuseUnfit(body);
      const change = await identities.updateIdentity(deps.db, id, ifMatch, body);
      return answer(changedRecord(change, { what: 'identity', id, name: body.label, ifMatch }));
    },
  }),
  endpoint({
    id: 'removeIdentity',
    method: 'delete',
    path: '/v1/identities/{identityId}',
    role: 'operator',
    tag,
    summary: 'Removes an identity; started campaigns go on, drafts with it cannot start',
    params,
    versioned: true,
    answers: { 204: { description: 'It is gone' } },
    handle: async ({ deps, params: { identityId: id }, caller, ifMatch }) => {
      const change = await identities.removeIdentity(deps.db, id, ifMatch, caller.name);
      if (change !== 'removed') changedRecord(change, { what: 'identity', id, ifMatch });
      return { status: 204 };
    },
  }),
  endpoint({
    id: 'makeDkimKey',
    method: 'post',
    path: '/v1/identities/{identityId}/dkim-keys',
    role: 'operator',
    tag,
    summary: 'Makes a DKIM key (RSA, 2048 bits) and answers the DNS record to publish',
    description:
      'It replaces the key that the identity had and signs from the next batch on. The private key never leaves the database.',
    params,
    versioned: true,
    body: schema.dkimKeyRequestSchema,
    answers: { 201: one },
    handle: async ({ deps, params: { identityId: id }, body: { selector, domain }, ifMatch }) => {
      const row = await identities.readIdentity(deps.db, id);
      if (row === null) throw notFound('identity', id);
      const dkim = {
        domain: domain ?? row.dkim_domain ?? addressDomain(row.address),
        selector,
        privateKey: await makeDkimKey(),
      };
      const change = await identities.updateIdentity(deps.db, id, ifMatch, { dkim });
      return { ...answer(changedRecord(change, { what: 'identity', id, ifMatch })), status: 201 };
    },
  }),
];

/** Throws 422 for what only the real IDNA and a look into the key can tell. */
function refuseUnfit({
  address,
  replyTo,
  dkim,
}: {
  readonly address?: string | undefined;
  readonly replyTo?: string | null | undefined;
  readonly dkim?: { readonly privateKey: string } | null | undefined;
}): void {
  const faults = [
    { pointer: '/address', detail: addressFault(address) },
    { pointer: '/replyTo', detail: addressFault(replyTo) },
    { pointer: '/dkim/privateKey', detail: dkim ? keyFault(dkim.privateKey) : null },
  ].flatMap(({ pointer, detail }) => (detail === null ? [] : [{ pointer, detail }]));
  if (faults.length > 0) throw refuse('invalidBody', faults);
}

function addressFault(address: string | null | undefined): string | null {
  const check = normaliseAddress(address ?? 'nobody@example.invalid', domainToASCII);
  return check.ok ? null : check.why;
}

function keyFault(pem: string): string | null {
  const read = readDkimKey(pem);
  return read.ok ? null : read.why;
}

function answer(row: identities.IdentityRow) {
  return { status: 200, headers: { ETag: entityTag(row.version) }, body: showIdentity(row) } as const;
}
