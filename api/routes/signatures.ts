import { z } from 'zod';
import * as signatures from '../../db/signatures.ts';
import { idSchema, pagingFields } from '../../domain/schema/shared.ts';
import * as schema from '../../domain/schema/signature.ts';
import { signatureText } from '../../mail/content/signature.ts';
import { changedRecord, nameTaken } from '../changed-record.ts';
import { checkSignature } from '../checked-content.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { entityTag } from '../entity-tag.ts';
import { page, positionSchema } from '../paging.ts';
import { notFound } from '../problem.ts';
import { wireInstant } from '../wire-instant.ts';

const tag = 'Signatures';
const params = z.strictObject({ signatureId: idSchema });
const one = { description: 'The signature', schema: schema.signatureSchema } as const;

export const signatureEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'createSignature',
    method: 'post',
    path: '/v1/signatures',
    role: 'operator',
    tag,
    summary: 'Makes a signature: a closing block for many campaigns',
    body: schema.newSignatureSchema,
    answers: { 201: one },
    problems: ['contentRefused', 'conflict'],
    handle: async ({ deps, body: { name, html, text = signatureText(html) }, caller }) => {
      await checkSignature({ html, text });
      const row = await signatures.insertSignature(deps.db, { name, html, text }, caller.name);
      if (row === 'taken') throw nameTaken('signature', name);
      const headers = { ETag: entityTag(row.version), Location: `/v1/signatures/${row.id}` };
      return { status: 201, headers, body: showSignature(row) };
    },
  }),
  endpoint({
    id: 'listSignatures',
    method: 'get',
    path: '/v1/signatures',
    role: 'viewer',
    tag,
    summary: 'Signatures, oldest first',
    query: z.strictObject(pagingFields),
    answers: { 200: { description: 'Signatures', schema: schema.signatureListSchema } },
    handle: async ({ deps, query }) => ({
      status: 200,
      body: await page({
        ...query,
        key: positionSchema,
        read: (after, limit) => signatures.listSignatures(deps.db, after, limit),
        keyOf: ({ position, id }) => [position, id],
        show: showSignature,
      }),
    }),
  }),
  endpoint({
    id: 'getSignature',
    method: 'get',
    path: '/v1/signatures/{signatureId}',
    role: 'viewer',
    tag,
    summary: 'One signature',
    params,
    versioned: true,
    answers: { 200: one },
    handle: async ({ deps, params: { signatureId } }) => {
      const row = await signatures.readSignature(deps.db, signatureId);
      if (row === null) throw notFound('signature', signatureId);
      return answer(row);
    },
  }),
  endpoint({
    id: 'changeSignature',
    method: 'patch',
    path: '/v1/signatures/{signatureId}',
    role: 'operator',
    tag,
    summary: 'Changes a signature; campaigns that have not started are sent with it as it is at their start',
    params,
    versioned: true,
    body: schema.signaturePatchSchema,
    answers: { 200: one },
    problems: ['contentRefused', 'conflict'],
    handle: async ({ deps, params: { signatureId: id }, body, ifMatch }) => {
      const change = await signatures.updateSignature(deps.db, id, ifMatch, async (row) => {
        const wanted = patched(row, body);
        await checkSignature(wanted);
        return wanted;
      });
      return answer(changedRecord(change, { what: 'signature', id, name: body.name, ifMatch }));
    },
  }),
  endpoint({
    id: 'removeSignature',
    method: 'delete',
    path: '/v1/signatures/{signatureId}',
    role: 'operator',
    tag,
    summary: 'Removes a signature; started campaigns keep their copy, drafts with it cannot start',
    params,
    versioned: true,
    answers: { 204: { description: 'It is gone' } },
    handle: async ({ deps, params: { signatureId: id }, caller, ifMatch }) => {
      const change = await signatures.removeSignature(deps.db, id, ifMatch, caller.name);
      if (change !== 'removed') changedRecord(change, { what: 'signature', id, ifMatch });
      return { status: 204 };
    },
  }),
];

type Row = Parameters<typeof showSignature>[0];

/** A text that was derived from the HTML follows it; one that was given stays. */
function patched(
  { name, html, text }: Row,
  patch: z.output<typeof schema.signaturePatchSchema>,
): signatures.SignatureFields {
  const wanted = patch.html ?? html;
  const isDerived = text === signatureText(html);
  return {
    name: patch.name ?? name,
    html: wanted,
    text: patch.text ?? (patch.text === null || isDerived ? signatureText(wanted) : text),
  };
}

function answer(row: Row) {
  return { status: 200, headers: { ETag: entityTag(row.version) }, body: showSignature(row) } as const;
}

function showSignature(
  row: Omit<signatures.SignatureRow, 'position'>,
): z.output<typeof schema.signatureSchema> {
  const { id, version, name, html, text, created_by: createdBy } = row;
  const [createdAt, updatedAt] = [wireInstant(row.created_at), wireInstant(row.updated_at)];
  return { id, version, name, html, text, createdAt, createdBy, updatedAt };
}
