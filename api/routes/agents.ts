import { z } from 'zod';
import { deleteAgent, insertAgent, listAgents, readAgent, updateAgent, type Agent } from '../../db/agents.ts';
import {
  agentListSchema,
  agentPatchSchema,
  agentQuerySchema,
  agentSchema,
  newAgentSchema,
} from '../../domain/schema/agent.ts';
import { idSchema } from '../../domain/schema/shared.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { afterText, page } from '../paging.ts';
import { notFound, Problem } from '../problem.ts';
import { readAddress } from '../read-address.ts';
import { writeOrRefuse } from '../refused-write.ts';
import { wireInstant } from '../wire-instant.ts';

const tag = 'Agents';
const path = '/v1/agents/{agentId}';
const params = z.strictObject({ agentId: idSchema });
const one = { description: 'The agent', schema: agentSchema } as const;

export const agentEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'listAgents',
    method: 'get',
    path: '/v1/agents',
    role: 'viewer',
    tag,
    summary: 'Those who look after customers, in the order of their names',
    query: agentQuerySchema,
    answers: { 200: { description: 'One page', schema: agentListSchema } },
    handle: async ({ deps, query }) => {
      const body = await page({
        ...query,
        key: afterText,
        read: (after, limit) => listAgents(deps.db, after, limit),
        keyOf: ({ name }) => name,
        show: showAgent,
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'createAgent',
    method: 'post',
    path: '/v1/agents',
    role: 'operator',
    tag,
    summary: 'Makes an agent',
    description: 'Customers belong to the agent whose name is in their attribute `agent`.',
    body: newAgentSchema,
    answers: { 201: one },
    problems: ['taken'],
    handle: async ({ deps, body }) => {
      const wanted = { ...body, email: emailOf(body.email) ?? null };
      const agent = await writeOrRefuse(async () => insertAgent(deps.db, wanted));
      return { status: 201, body: showAgent(agent), headers: { Location: `/v1/agents/${agent.id}` } };
    },
  }),
  endpoint({
    id: 'getAgent',
    method: 'get',
    path,
    role: 'viewer',
    tag,
    summary: 'One agent',
    params,
    answers: { 200: one },
    handle: async ({ deps, params: { agentId } }) => {
      const agent = await readAgent(deps.db, agentId);
      if (agent === null) throw notFound('agent', agentId);
      return { status: 200, body: showAgent(agent) };
    },
  }),
  endpoint({
    id: 'changeAgent',
    method: 'patch',
    path,
    role: 'operator',
    tag,
    summary: 'Changes an agent; a new name goes to the customers of the old one',
    params,
    body: agentPatchSchema,
    answers: { 200: one },
    problems: ['taken'],
    handle: async ({ deps, params: { agentId }, body }) => {
      const change = { ...body, email: emailOf(body.email) };
      const agent = await writeOrRefuse(async () => updateAgent(deps.db, agentId, change));
      if (agent === null) throw notFound('agent', agentId);
      return { status: 200, body: showAgent(agent) };
    },
  }),
  endpoint({
    id: 'deleteAgent',
    method: 'delete',
    path,
    role: 'operator',
    tag,
    summary: 'Removes an agent whom no customer names',
    params,
    answers: { 204: { description: 'The agent is gone' } },
    problems: ['conflict'],
    handle: async ({ deps, params: { agentId } }) => {
      const customers = await deleteAgent(deps.db, agentId);
      if (customers === null) throw notFound('agent', agentId);
      if (customers > 0)
        throw new Problem(
          'conflict',
          `${customers} customers name agent ${agentId}; give them another agent first`,
          { members: { customers } },
        );
      return { status: 204 };
    },
  }),
];

function emailOf(text: string | null | undefined): string | null | undefined {
  return typeof text === 'string' ? readAddress(text, '/email').email : text;
}

function showAgent({ createdAt, updatedAt, ...agent }: Agent) {
  return { ...agent, createdAt: wireInstant(createdAt), updatedAt: wireInstant(updatedAt) };
}
