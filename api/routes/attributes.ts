import { z } from 'zod';
import {
  declareAttribute,
  listAttributes,
  removeAttribute,
  type AttributeRow,
  type Unfitting,
} from '../../db/attributes.ts';
import {
  attributeDeclarationSchema,
  attributeListSchema,
  attributeNameSchema,
  attributeOwnerSchema,
  declaredAttributeSchema,
} from '../../domain/schema/attribute.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { plainText } from '../path-text.ts';
import { Problem } from '../problem.ts';

const tag = 'People';
const params = z.strictObject({ owner: attributeOwnerSchema, name: plainText });

export const attributeEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'listAttributes',
    method: 'get',
    path: '/v1/attributes',
    role: 'viewer',
    tag,
    summary: 'What the attributes of contacts, customers and records are declared as',
    query: z.strictObject({ owner: attributeOwnerSchema.optional() }),
    answers: { 200: { description: 'By owner and name', schema: attributeListSchema } },
    handle: async ({ deps, query }) => {
      const rows = await listAttributes(deps.db, query.owner);
      return { status: 200, body: { items: rows.map(showAttribute), next: null } };
    },
  }),
  endpoint({
    id: 'declareAttribute',
    method: 'put',
    path: '/v1/attributes/{owner}/{name}',
    role: 'operator',
    tag,
    summary: 'Says what the values of an attribute are',
    description:
      'Stored values are turned into the type. When one of them cannot be, the answer is 409 with how many and the first of them, ' +
      'and nothing is changed. From then on every new value must fit.',
    params,
    body: attributeDeclarationSchema,
    answers: { 200: { description: 'The attribute as declared', schema: declaredAttributeSchema } },
    problems: ['invalidName', 'valuesDoNotFit'],
    handle: async ({ deps, params: { owner, name }, body, caller }) => {
      const check = attributeNameSchema.safeParse(name);
      if (!check.success)
        throw new Problem(
          'invalidName',
          `${JSON.stringify(name.slice(0, 100))}: ${check.error.issues[0]?.message ?? 'cannot be a name'}`,
        );
      const { type, label = null, choices = null } = body;
      const done = await declareAttribute(deps.db, { owner, name, type, label, choices }, caller.name);
      if (!done.ok) throw valuesDoNotFit(owner, name, done.unfitting);
      return { status: 200, body: { ...showAttribute(done.attribute), converted: done.converted } };
    },
  }),
  endpoint({
    id: 'removeAttribute',
    method: 'delete',
    path: '/v1/attributes/{owner}/{name}',
    role: 'operator',
    tag,
    summary: 'Forgets an attribute that nobody has a value for',
    params,
    answers: { 204: { description: 'It is not declared' } },
    problems: ['conflict'],
    handle: async ({ deps, params: { owner, name } }) => {
      const holders = await removeAttribute(deps.db, owner, name);
      if (holders > 0)
        throw new Problem(
          'conflict',
          `${holders} ${owner}s have a value of ${JSON.stringify(name)}; clear those first, or declare it as text to take every value`,
          { members: { count: holders } },
        );
      return { status: 204 };
    },
  }),
];

/** Ids, not values: what a person's attribute says is nobody's business in an error. */
function valuesDoNotFit(owner: string, name: string, { count, first }: Unfitting): Problem {
  return new Problem(
    'valuesDoNotFit',
    `${count} stored values of ${JSON.stringify(name)} cannot be turned into this type, the first of ${owner} ${first
      .map(({ id }) => id)
      .join(', ')}; nothing was changed: mend those values, or choose another type`,
    { members: { count, first: [...first] } },
  );
}

function showAttribute({ owner, name, type, label, choices, found, created_by }: AttributeRow) {
  return { owner, name, type, label, choices, found, createdBy: created_by };
}
