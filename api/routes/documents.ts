import { z } from 'zod';
import { listDocumentFaults, type DocumentFault } from '../../db/document-faults.ts';
import * as documents from '../../db/documents.ts';
import * as schema from '../../domain/schema/document.ts';
import { idSchema, pagingFields } from '../../domain/schema/shared.ts';
import { receiveDocument, uploadTypes } from '../documents/receive-document.ts';
import { documentMediaTypes, sendDocument } from '../documents/send-document.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { page, positionSchema } from '../paging.ts';
import { notFound } from '../problem.ts';
import { wireInstant, wireInstantOrNull } from '../wire-instant.ts';

const tag = 'Documents';
const params = z.strictObject({ documentId: idSchema });
const one = { description: 'The document', schema: schema.documentSchema } as const;

export const documentEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'uploadDocument',
    method: 'post',
    path: '/v1/documents',
    role: 'operator',
    tag,
    summary: 'Uploads a document, or its next version',
    description:
      'The body is the file. Its bytes must be what the name says: pdf, txt, html, xml, xls, xlsx, doc or docx, up to 100 MB, without ' +
      'macros and passwords. A name that is known is its next version; bytes that are known are the document that they are, and ' +
      'make one that was taken out available again.',
    query: z.strictObject({
      name: z
        .string()
        .min(1)
        .max(500)
        .meta({ description: 'As recipients see it, without folders', example: 'Price list.pdf' }),
    }),
    stream: uploadTypes,
    answers: { 200: { ...one, description: 'These bytes are this document' }, 201: one },
    problems: ['documentRefused', 'bodyTooLarge'],
    handle: async ({ deps, query: { name }, caller, request }) => {
      const { document, created } = await receiveDocument(deps.db, request, name, caller.name);
      const headers = { Location: `/v1/documents/${document.id}` };
      return { status: created ? 201 : 200, headers, body: showDocument(document) };
    },
  }),
  endpoint({
    id: 'listDocuments',
    method: 'get',
    path: '/v1/documents',
    role: 'viewer',
    tag,
    summary: 'Documents, newest first',
    query: z.strictObject({
      ...pagingFields,
      title: z.string().max(500).optional().meta({ description: 'All versions of this title' }),
      q: z.string().max(200).optional().meta({ description: 'A part of the title' }),
      removed: z
        .enum(['false', 'true', 'any'])
        .default('false')
        .meta({ description: 'Those that can be sent (false), those that were taken out (true), or any' }),
    }),
    answers: { 200: { description: 'Documents', schema: schema.documentListSchema } },
    handle: async ({ deps: { db }, query: { title, q, removed, ...paging } }) => {
      const body = await page({
        ...paging,
        key: positionSchema,
        read: (after, limit) => documents.listDocuments(db, { title, q, removed, after, limit }),
        keyOf: ({ position, id }: documents.ListedDocument) => [position, id],
        show: showDocument,
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'getDocument',
    method: 'get',
    path: '/v1/documents/{documentId}',
    role: 'viewer',
    tag,
    summary: 'One document',
    params,
    answers: { 200: one },
    handle: async ({ deps, params: { documentId } }) => {
      const document = await documents.readDocument(deps.db, documentId);
      if (document === null) throw notFound('document', documentId);
      return { status: 200, body: showDocument(document) };
    },
  }),
  endpoint({
    id: 'getDocumentContent',
    method: 'get',
    path: '/v1/documents/{documentId}/content',
    role: 'viewer',
    tag,
    summary: 'The bytes of a document, also of one that was taken out',
    params,
    answers: { 200: { description: 'The file', stream: documentMediaTypes } },
    handle: async ({ deps: { db }, params: { documentId } }) => {
      const document = await documents.readDocument(db, documentId);
      if (document === null) throw notFound('document', documentId);
      return sendDocument(db, document);
    },
  }),
  endpoint({
    id: 'withdrawDocument',
    method: 'delete',
    path: '/v1/documents/{documentId}',
    role: 'operator',
    tag,
    summary: 'Withdraws a document: no campaign can start with it',
    description:
      'Campaigns that have started keep it, and what was sent stays known with its bytes. It stays withdrawn although its file is in ' +
      'the folder; uploading the same bytes makes it available again.',
    params,
    answers: { 200: one },
    handle: async ({ deps, params: { documentId }, caller }) => {
      const document = await documents.withdrawDocument(deps.db, documentId, caller.name);
      if (document === null) throw notFound('document', documentId);
      return { status: 200, body: showDocument(document) };
    },
  }),
  endpoint({
    id: 'listDocumentFaults',
    method: 'get',
    path: '/v1/document-faults',
    role: 'viewer',
    tag,
    summary: 'Files of the documents folder that are no documents, and why',
    query: z.strictObject(pagingFields),
    answers: { 200: { description: 'By path', schema: schema.documentFaultListSchema } },
    handle: async ({ deps: { db }, query }) => {
      const body = await page({
        ...query,
        key: z
          .string()
          .regex(/^\P{Cs}*$/u)
          .refine((text) => !text.includes('\0')),
        read: (after, limit) => listDocumentFaults(db, after, limit),
        keyOf: ({ path }: DocumentFault) => path,
        show: ({ path, reason, seen_at }: DocumentFault) => ({ path, reason, seenAt: wireInstant(seen_at) }),
      });
      return { status: 200, body };
    },
  }),
];

function showDocument(row: documents.DocumentRow) {
  const { id, title, version, name, type, size, origin, path } = row;
  const kept = { id, title, version, name, type, size, origin, path };
  return {
    ...kept,
    sha256: row.sha256.toString('hex'),
    addedAt: wireInstant(row.added_at),
    addedBy: row.added_by,
    removedAt: wireInstantOrNull(row.removed_at),
    removedBy: row.removed_by,
  };
}
