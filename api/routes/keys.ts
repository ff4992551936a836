import { z } from 'zod';
import { listKeys, readKey, revokeKey, type KeyRow } from '../../db/api-keys.ts';
import { createdKeySchema, keySchema, newKeySchema } from '../../domain/schema/key.ts';
import { idSchema, listSchema, pagingFields } from '../../domain/schema/shared.ts';
import { createKey } from '../auth.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { page, positionSchema } from '../paging.ts';
import { notFound } from '../problem.ts';
import { wireInstant, wireInstantOrNull } from '../wire-instant.ts';

const tag = 'Keys';
const params = z.strictObject({ keyId: idSchema });

export const keyEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'createKey',
    method: 'post',
    path: '/v1/keys',
    role: 'admin',
    tag,
    summary: 'Makes a key; it is shown only this once',
    body: newKeySchema,
    answers: { 201: { description: 'The key', schema: createdKeySchema } },
    handle: async ({ deps, body: { name, role } }) => {
      const { id, key } = await createKey(deps.db, name, role);
      return { status: 201, body: { id, name, role, key }, headers: { Location: `/v1/keys/${id}` } };
    },
  }),
  endpoint({
    id: 'listKeys',
    method: 'get',
    path: '/v1/keys',
    role: 'admin',
    tag,
    summary: 'All keys, also revoked ones, oldest first',
    query: z.strictObject(pagingFields),
    answers: { 200: { description: 'Keys without their secrets', schema: listSchema(keySchema, 'KeyList') } },
    handle: async ({ deps, query }) => {
      const body = await page({
        ...query,
        key: positionSchema,
        read: (after, limit) => listKeys(deps.db, after, limit),
        keyOf: ({ position, id }) => [position, id],
        show: showKey,
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'getKey',
    method: 'get',
    path: '/v1/keys/{keyId}',
    role: 'admin',
    tag,
    summary: 'One key',
    params,
    answers: { 200: { description: 'The key without its secret', schema: keySchema } },
    handle: async ({ deps, params: { keyId } }) => {
      const key = await readKey(deps.db, keyId);
      if (key === null) throw notFound('key', keyId);
      return { status: 200, body: showKey(key) };
    },
  }),
  endpoint({
    id: 'revokeKey',
    method: 'delete',
    path: '/v1/keys/{keyId}',
    role: 'admin',
    tag,
    summary: 'Revokes a key for good',
    params,
    answers: { 200: { description: 'The key, revoked', schema: keySchema } },
    handle: async ({ deps, params: { keyId } }) => {
      const key = (await revokeKey(deps.db, keyId)) ? await readKey(deps.db, keyId) : null;
      if (key === null) throw notFound('key', keyId);
      return { status: 200, body: showKey(key) };
    },
  }),
];

function showKey({ id, name, role, createdAt, revokedAt }: KeyRow): z.output<typeof keySchema> {
  return { id, name, role, createdAt: wireInstant(createdAt), revokedAt: wireInstantOrNull(revokedAt) };
}
