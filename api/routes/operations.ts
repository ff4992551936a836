import { z } from 'zod';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { checkReadiness } from '../ready.ts';

const tag = 'Operations';
const readinessSchema = z
  .strictObject({
    ready: z.boolean(),
    missing: z.array(z.string()).readonly().meta({ description: 'What is not there, in words' }),
  })
  .meta({ id: 'Readiness' });

export const operationEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'healthz',
    method: 'get',
    path: '/healthz',
    role: null,
    tag,
    summary: 'The process lives',
    answers: {
      200: { description: 'It does', schema: z.strictObject({ alive: z.boolean() }).meta({ id: 'Alive' }) },
    },
    handle: async () => ({ status: 200, body: { alive: true } }),
  }),
  endpoint({
    id: 'readyz',
    method: 'get',
    path: '/readyz',
    role: null,
    tag,
    summary: 'Database, schema and Temporal are there',
    answers: {
      200: { description: 'All is there', schema: readinessSchema },
      503: { description: 'Something is missing; the answer names it', schema: readinessSchema },
    },
    handle: async ({ deps }) => {
      const body = await checkReadiness(deps);
      return body.ready ? { status: 200, body } : { status: 503, headers: { 'Retry-After': '5' }, body };
    },
  }),
  endpoint({
    id: 'metrics',
    method: 'get',
    path: '/metrics',
    role: 'viewer',
    tag,
    summary: 'Figures for Prometheus',
    answers: { 200: { description: 'Prometheus text format', stream: 'text/plain' } },
    handle: async ({ deps: { db, metrics } }) => {
      const text = await metrics.render(db);
      return {
        status: 200,
        headers: { 'Content-Type': metrics.contentType },
        stream: async (response) => {
          response.end(text);
        },
      };
    },
  }),
];
