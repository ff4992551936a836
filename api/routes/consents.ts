import { z } from 'zod';
import { exportConsents, listConsents, recordConsent, type ConsentRow } from '../../db/consents.ts';
import { readContact } from '../../db/contacts.ts';
import { consentListSchema, consentSchema, newConsentSchema } from '../../domain/schema/consent.ts';
import { idSchema, pagingFields } from '../../domain/schema/shared.ts';
import { refuse } from '../check-input.ts';
import { writeCsv } from '../csv/write-csv.ts';
import type { ApiDeps } from '../deps.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { page } from '../paging.ts';
import { notFound } from '../problem.ts';
import { wireInstant } from '../wire-instant.ts';

const tag = 'Consents';
const params = z.strictObject({ contactId: idSchema });

/** Proof of who ordered or cancelled the newsletter. */
export const consentEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'listConsents',
    method: 'get',
    path: '/v1/contacts/{contactId}/consents',
    role: 'viewer',
    tag,
    summary: 'When and how a person ordered or cancelled the newsletter, last noted first',
    params,
    query: z.strictObject(pagingFields),
    answers: { 200: { description: 'One page', schema: consentListSchema } },
    problems: ['notFound'],
    handle: async ({ deps, params: { contactId }, query }) => {
      await requireContact(deps, contactId);
      const body = await page({
        ...query,
        key: z.int().min(1),
        read: (before, limit) => listConsents(deps.db, contactId, before, limit),
        keyOf: ({ id }) => id,
        show: showConsent,
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'recordConsent',
    method: 'post',
    path: '/v1/contacts/{contactId}/consents',
    role: 'operator',
    tag,
    summary: 'Note that a person ordered or cancelled the newsletter',
    description: 'What the person said last decides whether campaigns that ask for consent write to them.',
    params,
    body: newConsentSchema,
    answers: { 201: { description: 'As it was noted', schema: consentSchema } },
    problems: ['notFound'],
    handle: async ({ deps, params: { contactId }, body, caller }) => {
      const { given, at = null, how, wording = null } = body;
      refuseFuture(at);
      const row = await recordConsent(deps.db, { contactId, given, at, how, wording, by: caller.name });
      if (row === null) throw notFound('contact', contactId);
      return { status: 201, body: showConsent(row) };
    },
  }),
  endpoint({
    id: 'exportConsents',
    method: 'get',
    path: '/v1/consent-exports',
    role: 'viewer',
    tag,
    summary: 'All proofs of consent as CSV',
    description: 'Safe to open in a spreadsheet: what looks like a formula begins with an apostrophe.',
    answers: { 200: { description: 'The file', stream: 'text/csv' } },
    handle: ({ deps }) =>
      Promise.resolve({
        status: 200,
        stream: (response) => writeCsv(response, 'consents.csv', columns, exportedRows(deps)),
      }),
  }),
];

const columns = ['contact_id', 'email', 'given', 'at', 'how', 'wording', 'recorded_by', 'recorded_at'];

async function* exportedRows({ db }: ApiDeps) {
  for await (const rows of exportConsents(db))
    yield rows.map((row) => [
      row.contactId,
      row.email,
      row.given ? 'yes' : 'no',
      row.at,
      row.how,
      row.wording,
      row.recordedBy,
      row.recordedAt,
    ]);
}

/** Clocks differ a little; nobody has agreed to anything tomorrow. */
function refuseFuture(at: number | null): void {
  if (at === null || at <= Date.now() + 300_000) return;
  const detail = `at ${wireInstant(at)} lies ahead; give the time at which the person said it`;
  throw refuse('invalidBody', [{ pointer: '/at', detail }]);
}

async function requireContact({ db }: ApiDeps, contactId: string): Promise<void> {
  if ((await readContact(db, contactId)) === null) throw notFound('contact', contactId);
}

function showConsent(row: ConsentRow) {
  const { given, how, wording, recordedBy } = row;
  return {
    given,
    at: wireInstant(row.at),
    how,
    wording,
    recordedBy,
    recordedAt: wireInstant(row.recordedAt),
  };
}
