import { z } from 'zod';
import {
  listFrequencyCaps,
  removeFrequencyCap,
  setFrequencyCap,
  type FrequencyCap,
} from '../../db/frequency-caps.ts';
import { formatDuration } from '../../domain/duration.ts';
import {
  frequencyCapInputSchema,
  frequencyCapListSchema,
  frequencyCapSchema,
} from '../../domain/schema/frequency-cap.ts';
import { streamSchema } from '../../domain/schema/stream.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { wireInstant } from '../wire-instant.ts';

const tag = 'Frequency caps';
const params = z.strictObject({ stream: streamSchema });

/** For all campaigns: an admin sets them. */
export const frequencyCapEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'listFrequencyCaps',
    method: 'get',
    path: '/v1/frequency-caps',
    role: 'viewer',
    tag,
    summary: 'How many mails of each stream one person gets at most',
    answers: { 200: { description: 'All caps', schema: frequencyCapListSchema } },
    handle: async ({ deps }) => {
      const caps = await listFrequencyCaps(deps.db);
      return { status: 200, body: { items: caps.map(showCap), next: null } };
    },
  }),
  endpoint({
    id: 'setFrequencyCap',
    method: 'put',
    path: '/v1/frequency-caps/{stream}',
    role: 'admin',
    tag,
    summary: 'Set how many mails of a stream one person gets at most',
    description:
      'Whoever has had as many waits until the period leaves room; nobody is dropped. Counts mails of all campaigns, also those that ' +
      'left before. Campaigns that are running keep it from their next batch on.',
    params,
    body: frequencyCapInputSchema,
    answers: { 200: { description: 'The cap in force', schema: frequencyCapSchema } },
    handle: async ({ deps, params: { stream }, body: { count, per }, caller }) => {
      const cap = await setFrequencyCap(deps.db, { stream, count, perMs: per }, caller.name);
      return { status: 200, body: showCap(cap) };
    },
  }),
  endpoint({
    id: 'removeFrequencyCap',
    method: 'delete',
    path: '/v1/frequency-caps/{stream}',
    role: 'admin',
    tag,
    summary: 'Take a cap away',
    description: 'Who waits for it already is looked at again at the time that was worked out.',
    params,
    answers: { 204: { description: 'There is none' } },
    handle: async ({ deps, params: { stream } }) => {
      await removeFrequencyCap(deps.db, stream);
      return { status: 204 };
    },
  }),
];

function showCap({ perMs, changedAt, ...cap }: FrequencyCap) {
  return { ...cap, per: formatDuration(perMs), changedAt: wireInstant(changedAt) };
}
