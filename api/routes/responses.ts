import { z } from 'zod';
import { handleResponse, listResponses, type ResponseRow } from '../../db/response-list.ts';
import { readReportedCampaign } from '../../db/responses.ts';
import {
  reportResultSchema,
  responseListSchema,
  responseQuerySchema,
  responseReportSchema,
  responseSchema,
} from '../../domain/schema/response.ts';
import { idSchema } from '../../domain/schema/shared.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { page, positionSchema } from '../paging.ts';
import { notFound } from '../problem.ts';
import { takeReport } from '../take-report.ts';
import { wireInstant, wireInstantOrNull } from '../wire-instant.ts';

const tag = 'Responses';
const params = z.strictObject({ campaignId: idSchema });

export const responseEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'reportResponses',
    method: 'post',
    path: '/v1/campaigns/{campaignId}/responses',
    role: 'operator',
    tag,
    summary: 'Reports responses as opened or handled',
    description:
      'Safe to repeat: an event id counts once as opened and once as handled, in any order. One wrong event does not stop the rest.',
    params,
    body: responseReportSchema,
    answers: { 200: { description: 'What became of the events', schema: reportResultSchema } },
    problems: ['wrongState'],
    handle: async ({ deps, params: { campaignId }, body: { events } }) => {
      const body = await takeReport(deps.db, { campaignId, source: 'api', events });
      if (body.accepted > 0) deps.replans.responseChanged(campaignId);
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'listResponses',
    method: 'get',
    path: '/v1/campaigns/{campaignId}/responses',
    role: 'viewer',
    tag,
    summary: 'Responses of a campaign, newest first',
    params,
    query: responseQuerySchema,
    answers: { 200: { description: 'One page', schema: responseListSchema } },
    handle: async ({ deps: { db }, params: { campaignId }, query: { state, ...paging } }) => {
      if ((await readReportedCampaign(db, campaignId)) === null) throw notFound('campaign', campaignId);
      const body = await page({
        ...paging,
        key: positionSchema,
        read: (after, limit) => listResponses(db, campaignId, { state, after, limit }),
        keyOf: ({ position, id }) => [position, id],
        show: showResponse,
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'handleResponse',
    method: 'put',
    path: '/v1/campaigns/{campaignId}/responses/{responseId}/handling',
    role: 'operator',
    tag,
    summary: 'Marks one response as handled, whoever reported it',
    description: 'For teams without a helpdesk system: this closes what a response link has opened.',
    params: z.strictObject({ campaignId: idSchema, responseId: idSchema }),
    answers: { 200: { description: 'The response', schema: responseSchema } },
    handle: async ({ deps, params: { campaignId, responseId } }) => {
      const response = await handleResponse(deps.db, campaignId, responseId);
      if (response === null) throw notFound('response', responseId);
      deps.replans.responseChanged(campaignId);
      return { status: 200, body: showResponse(response) };
    },
  }),
];

function showResponse(row: ResponseRow): z.output<typeof responseSchema> {
  const { id, eventId, source, kind, contactId, email, openedAt, handledAt, reportedAt } = row;
  return {
    id,
    eventId,
    source,
    kind,
    state: handledAt === null ? 'open' : 'handled',
    contactId,
    email,
    openedAt: wireInstantOrNull(openedAt),
    handledAt: wireInstantOrNull(handledAt),
    reportedAt: wireInstant(reportedAt),
  };
}
