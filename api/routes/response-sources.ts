import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  insertSource,
  listSources,
  readSourceSecret,
  revokeSource,
  type ResponseSourceRow,
} from '../../db/response-sources.ts';
import { takeMessageOnce } from '../../db/response-webhooks.ts';
import {
  createdResponseSourceSchema,
  newResponseSourceSchema,
  responseSourceListSchema,
  responseSourceSchema,
} from '../../domain/schema/response-source.ts';
import { reportResultSchema, webhookReportSchema } from '../../domain/schema/response.ts';
import { idSchema, pagingFields } from '../../domain/schema/shared.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { page, positionSchema } from '../paging.ts';
import { notFound, Problem } from '../problem.ts';
import { takeReport } from '../take-report.ts';
import { checkWebhookSignature, createWebhookSecret } from '../webhook-signature.ts';
import { wireInstant, wireInstantOrNull } from '../wire-instant.ts';

const tag = 'Response sources';
const params = z.strictObject({ sourceId: idSchema });

/** For OpenAPI; what is wrong with them is a matter of the signature. */
const signatureHeaders = z.object({
  'webhook-id': z.string().meta({ description: 'Unique to the message; the same when it is sent again' }),
  'webhook-timestamp': z.string().meta({ description: 'Seconds since 1970', example: '1764580000' }),
  'webhook-signature': z
    .string()
    .meta({ description: '`v1,` and the base64 of HMAC-SHA256 over `ID.TIMESTAMP.BODY`' }),
});

export const responseSourceEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'createResponseSource',
    method: 'post',
    path: '/v1/response-sources',
    role: 'admin',
    tag,
    summary: 'Lets a system report responses by signed webhooks; its secret is shown only this once',
    body: newResponseSourceSchema,
    answers: { 201: { description: 'The source with its secret', schema: createdResponseSourceSchema } },
    handle: async ({ deps, body: { name }, caller }) => {
      const { secret, text } = createWebhookSecret();
      const source = showSource(await insertSource(deps.db, { name, secret, by: caller.name }));
      return { status: 201, body: { ...source, secret: text } };
    },
  }),
  endpoint({
    id: 'listResponseSources',
    method: 'get',
    path: '/v1/response-sources',
    role: 'admin',
    tag,
    summary: 'All sources, also revoked ones, oldest first',
    query: z.strictObject(pagingFields),
    answers: { 200: { description: 'Sources without their secrets', schema: responseSourceListSchema } },
    handle: async ({ deps, query }) => {
      const body = await page({
        ...query,
        key: positionSchema,
        read: (after, limit) => listSources(deps.db, after, limit),
        keyOf: ({ position, id }) => [position, id],
        show: showSource,
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'revokeResponseSource',
    method: 'delete',
    path: '/v1/response-sources/{sourceId}',
    role: 'admin',
    tag,
    summary: 'Revokes a source for good; what it reported stays',
    params,
    answers: { 200: { description: 'The source, revoked', schema: responseSourceSchema } },
    handle: async ({ deps, params: { sourceId } }) => {
      const source = await revokeSource(deps.db, sourceId);
      if (source === null) throw notFound('response source', sourceId);
      return { status: 200, body: showSource(source) };
    },
  }),
  endpoint({
    id: 'takeResponseWebhook',
    method: 'post',
    path: '/v1/response-webhooks/{sourceId}',
    role: null,
    limited: true,
    tag,
    summary: 'Reports responses by a signed webhook, without a key',
    description:
      'Signed as Standard Webhooks have it, at most 5 minutes ago. A message that comes again gets the same answer and changes nothing.',
    params,
    proof: {
      headers: signatureHeaders,
      check: async ({ deps, params: { sourceId }, request, raw }) => {
        const source = await readSourceSecret(deps.db, String(sourceId));
        if (source === null) throw notFound('response source', String(sourceId));
        if (source.revoked) throw unsigned('this source was revoked; an admin can make a new one');
        const check = checkWebhookSignature(source.secret, request.headers, raw, Date.now());
        if (!check.ok) throw unsigned(check.why);
      },
    },
    body: webhookReportSchema,
    answers: { 200: { description: 'What became of the events', schema: reportResultSchema } },
    problems: ['signatureRefused', 'wrongState', 'conflict'],
    handle: async ({ deps, params: { sourceId }, body: { campaignId, events }, request, raw }) => {
      const messageId = String(request.headers['webhook-id']);
      const bodySha256 = createHash('sha256').update(raw).digest();
      const message = await takeMessageOnce(deps.db, { sourceId, messageId, bodySha256 }, (trx) =>
        takeReport(trx, { campaignId, source: sourceId, events }),
      );
      if (message.kind === 'otherBody')
        throw new Problem(
          'conflict',
          `the webhook-id ${JSON.stringify(messageId)} came with another body before; give each message an id of its own`,
        );
      const { kind, answer: body } = message;
      if (kind === 'repeated') return { status: 200, body, headers: { 'Idempotency-Replayed': 'true' } };
      if (body.accepted > 0) deps.replans.responseChanged(campaignId);
      return { status: 200, body };
    },
  }),
];

function unsigned(why: string): Problem {
  return new Problem('signatureRefused', why, {
    headers: { 'WWW-Authenticate': 'Signature realm="sluice"' },
  });
}

function showSource({ id, name, createdAt, createdBy, revokedAt }: ResponseSourceRow) {
  return {
    id,
    name,
    path: `/v1/response-webhooks/${id}`,
    createdAt: wireInstant(createdAt),
    createdBy,
    revokedAt: wireInstantOrNull(revokedAt),
  };
}
