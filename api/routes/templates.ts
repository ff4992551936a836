import { z } from 'zod';
import * as templates from '../../db/templates.ts';
import { flagSchema, idSchema, pagingFields } from '../../domain/schema/shared.ts';
import * as schema from '../../domain/schema/template.ts';
import { changedRecord, nameTaken } from '../changed-record.ts';
import { checkTemplate } from '../checked-content.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { entityTag } from '../entity-tag.ts';
import { page, positionSchema } from '../paging.ts';
import { notFound, Problem } from '../problem.ts';
import { wireInstant, wireInstantOrNull } from '../wire-instant.ts';

const tag = 'Templates';
const params = z.strictObject({ templateId: idSchema });
const one = { description: 'The template', schema: schema.templateSchema } as const;

export const templateEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'createTemplate',
    method: 'post',
    path: '/v1/templates',
    role: 'operator',
    tag,
    summary: 'Makes a template: a draft of a content, without a version yet',
    description: 'The content is compiled: what cannot be sent is refused with line and column.',
    body: schema.newTemplateSchema,
    answers: { 201: one },
    problems: ['contentRefused', 'conflict'],
    handle: async ({ deps, body, caller }) => {
      await checkTemplate(body.content);
      const row = await templates.insertTemplate(deps.db, body, caller.name);
      if (row === 'taken') throw nameTaken('template', body.name);
      const headers = { ETag: entityTag(row.version), Location: `/v1/templates/${row.id}` };
      return { status: 201, headers, body: showTemplate(row) };
    },
  }),
  endpoint({
    id: 'listTemplates',
    method: 'get',
    path: '/v1/templates',
    role: 'viewer',
    tag,
    summary: 'Templates, oldest first',
    query: z.strictObject({
      ...pagingFields,
      archived: flagSchema.meta({ description: 'The archived ones instead' }),
    }),
    answers: { 200: { description: 'Templates', schema: schema.templateListSchema } },
    handle: async ({ deps, query: { archived, ...paging } }) => ({
      status: 200,
      body: await page({
        ...paging,
        key: positionSchema,
        read: (after, limit) => templates.listTemplates(deps.db, archived, after, limit),
        keyOf: ({ position, id }) => [position, id],
        show: showTemplate,
      }),
    }),
  }),
  endpoint({
    id: 'getTemplate',
    method: 'get',
    path: '/v1/templates/{templateId}',
    role: 'viewer',
    tag,
    summary: 'One template with its draft',
    params,
    versioned: true,
    answers: { 200: one },
    handle: async ({ deps, params: { templateId } }) => {
      const row = await templates.readTemplate(deps.db, templateId);
      if (row === null) throw notFound('template', templateId);
      return answer(row);
    },
  }),
  endpoint({
    id: 'changeTemplate',
    method: 'patch',
    path: '/v1/templates/{templateId}',
    role: 'operator',
    tag,
    summary: 'Changes name or draft; its versions, and the campaigns made with them, stay as they are',
    params,
    versioned: true,
    body: schema.templatePatchSchema,
    answers: { 200: one },
    problems: ['contentRefused', 'conflict'],
    handle: async ({ deps, params: { templateId: id }, body, ifMatch }) => {
      if (body.content !== undefined) await checkTemplate(body.content);
      const change = await templates.updateTemplate(deps.db, id, ifMatch, body);
      if (change === 'archived') throw isArchived(id);
      return answer(changedRecord(change, { what: 'template', id, name: body.name, ifMatch }));
    },
  }),
  endpoint({
    id: 'archiveTemplate',
    method: 'delete',
    path: '/v1/templates/{templateId}',
    role: 'operator',
    tag,
    summary: 'Archives a template: no campaign starts with it any more; what was sent stays known',
    params,
    versioned: true,
    answers: { 200: { ...one, description: 'It is archived' } },
    handle: async ({ deps, params: { templateId: id }, caller, ifMatch }) => {
      const change = await templates.archiveTemplate(deps.db, id, ifMatch, caller.name);
      return answer(changedRecord(change, { what: 'template', id, ifMatch }));
    },
  }),
];

function answer(row: templates.TemplateRow) {
  return { status: 200, headers: { ETag: entityTag(row.version) }, body: showTemplate(row) } as const;
}

/** 409 for what an archived template does not do. */
export function isArchived(id: string): Problem {
  return new Problem(
    'conflict',
    `the template ${id} is archived; bring it back first (PATCH {"archived": false})`,
  );
}

function showTemplate(row: templates.TemplateRow): z.output<typeof schema.templateSchema> {
  const { id, version, name, draft, newest_number: number, newest_at: at, newest_by: by } = row;
  return {
    id,
    version,
    name,
    content: draft,
    newest:
      number === null || at === null
        ? null
        : { number, createdAt: wireInstant(at), createdBy: by ?? '', isDraft: row.newest_is_draft === true },
    archivedAt: wireInstantOrNull(row.archived_at),
    archivedBy: row.archived_by,
    createdAt: wireInstant(row.created_at),
    createdBy: row.created_by,
    updatedAt: wireInstant(row.updated_at),
  };
}
