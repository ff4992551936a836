import { z } from 'zod';
import * as templates from '../../db/templates.ts';
import { idSchema, pagingFields } from '../../domain/schema/shared.ts';
import * as schema from '../../domain/schema/template.ts';
import { changedRecord } from '../changed-record.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { page } from '../paging.ts';
import { notFound } from '../problem.ts';
import { wireInstant } from '../wire-instant.ts';
import { isArchived } from './templates.ts';

const tag = 'Templates';
const path = '/v1/templates/{templateId}/versions';
const params = z.strictObject({ templateId: idSchema });
const one = { description: 'The version', schema: schema.templateVersionSchema } as const;

export const templateVersionEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'freezeTemplate',
    method: 'post',
    path,
    role: 'operator',
    tag,
    summary: 'Freezes the draft as the next version',
    description:
      'With If-Match: the draft that was seen. A draft that says what the newest version says answers that one.',
    params,
    versioned: true,
    answers: { 201: one, 200: { ...one, description: 'The newest version, which says the same' } },
    problems: ['conflict'],
    handle: async ({ deps, params: { templateId: id }, caller, ifMatch }) => {
      const change = await templates.freezeTemplate(deps.db, id, ifMatch, caller.name);
      if (change === 'archived') throw isArchived(id);
      const { made, row } = changedRecord(change, { what: 'template', id, ifMatch });
      const headers = { Location: `/v1/templates/${id}/versions/${row.number}` };
      return { status: made ? 201 : 200, headers, body: showVersion(row) };
    },
  }),
  endpoint({
    id: 'listTemplateVersions',
    method: 'get',
    path,
    role: 'viewer',
    tag,
    summary: 'Versions of a template, newest first',
    params,
    query: z.strictObject(pagingFields),
    answers: { 200: { description: 'Versions', schema: schema.templateVersionListSchema } },
    handle: async ({ deps, params: { templateId }, query }) => {
      if ((await templates.readTemplate(deps.db, templateId)) === null)
        throw notFound('template', templateId);
      const body = await page({
        ...query,
        key: z.int().min(1).max(1_000_000),
        read: (before, limit) => templates.listTemplateVersions(deps.db, templateId, before, limit),
        keyOf: ({ number }: templates.TemplateVersionRow) => number,
        show: showVersion,
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'getTemplateVersion',
    method: 'get',
    path: `${path}/{number}`,
    role: 'viewer',
    tag,
    summary: 'One version of a template',
    params: params.extend({ number: schema.versionNumberSchema }),
    answers: { 200: one },
    handle: async ({ deps, params: { templateId, number } }) => {
      const row = await templates.readTemplateVersion(deps.db, templateId, number);
      if (row === null) throw notFound('template version', `${templateId}/${number}`);
      return { status: 200, body: showVersion(row) };
    },
  }),
];

function showVersion({
  id,
  number,
  content,
  created_at: at,
  created_by: createdBy,
}: templates.TemplateVersionRow): z.output<typeof schema.templateVersionSchema> {
  return { id, number, content, createdAt: wireInstant(at), createdBy };
}
