import { z } from 'zod';
import { readCountsOf } from '../../db/counts.ts';
import type { Edited, SendListEdit } from '../../db/send-list/edit-send-list.ts';
import { discardSendList, layOutSendList } from '../../db/send-list/lay-out.ts';
import { moveRecipient, orderSendList } from '../../db/send-list/order.ts';
import { addRecipient, removeFromDraft } from '../../db/send-list/recipients.ts';
import { splitSendList } from '../../db/send-list/split.ts';
import { actSchema } from '../../domain/schema/campaign-control.ts';
import { explanationSchema } from '../../domain/schema/recipient.ts';
import * as schema from '../../domain/schema/send-list.ts';
import { idSchema, reasonSchema } from '../../domain/schema/shared.ts';
import { askAtOnce } from '../ask-for-act.ts';
import { refusalProblem } from '../control-answer.ts';
import type { ApiDeps, Caller } from '../deps.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { findCampaign, versionHeader } from '../find-campaign.ts';
import { wireInstantOrNull } from '../wire-instant.ts';
import { findContact } from './contacts.ts';
import { findRow, showExplanation, wake } from './recipients.ts';

const tag = 'Send lists';
const params = z.strictObject({ campaignId: idSchema });
const recipientParams = z.strictObject({ campaignId: idSchema, contactId: idSchema });
const list = { description: 'The send list as it is now', schema: schema.sendListSchema } as const;
const one = { description: 'The explanation as it is now', schema: explanationSchema } as const;
const reasonQuery = z.strictObject({ reason: reasonSchema });

export const sendListEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'getSendList',
    method: 'get',
    path: '/v1/campaigns/{campaignId}/send-list',
    role: 'viewer',
    tag,
    summary: 'Whether the audience is frozen, and how many are in it',
    description: 'Its people in their order: GET …/recipients.',
    params,
    answers: { 200: list },
    handle: async ({ deps, params: { campaignId } }) => answerList(deps, campaignId),
  }),
  endpoint({
    id: 'layOutSendList',
    method: 'put',
    path: '/v1/campaigns/{campaignId}/send-list',
    role: 'operator',
    tag,
    summary: 'Freezes the audience of a draft into a list that can be looked at and edited',
    description:
      'The start takes it as it is. While there is one, what it was made from (audience, documents, consent, …) cannot be changed.',
    params,
    versioned: true,
    body: actSchema,
    bodyOptional: true,
    answers: { 200: list },
    problems: ['conflict'],
    handle: async ({ deps, params: { campaignId }, body, caller, ifMatch }) => {
      const edit = await editOf(deps, campaignId, { caller, reason: body.reason, ifMatch });
      return answerEdit(deps, campaignId, await layOutSendList(deps.db, edit));
    },
  }),
  endpoint({
    id: 'discardSendList',
    method: 'delete',
    path: '/v1/campaigns/{campaignId}/send-list',
    role: 'operator',
    tag,
    summary: 'Throws the send list of a draft away',
    params,
    query: reasonQuery,
    versioned: true,
    answers: { 200: list },
    problems: ['conflict'],
    handle: async ({ deps, params: { campaignId }, query, caller, ifMatch }) => {
      const edit = await editOf(deps, campaignId, { caller, reason: query.reason, ifMatch });
      return answerEdit(deps, campaignId, await discardSendList(deps.db, edit));
    },
  }),
  endpoint({
    id: 'addRecipient',
    method: 'put',
    path: '/v1/campaigns/{campaignId}/recipients/{contactId}',
    role: 'operator',
    tag,
    summary: 'Adds one person at the end of the send list',
    description:
      'Also of a started campaign; a finished one runs again for it. Who is in the list stays as they are.',
    params: recipientParams,
    body: actSchema,
    bodyOptional: true,
    versioned: true,
    answers: { 200: one },
    problems: ['conflict'],
    handle: async ({ deps, params: place, body, caller, ifMatch }) => {
      const edit = await editOf(deps, place.campaignId, { caller, reason: body.reason, ifMatch });
      await findContact(deps.db, place.contactId);
      const edited = await addRecipient(deps.db, { ...edit, contactId: place.contactId });
      return answerRecipient(deps, place, edited);
    },
  }),
  endpoint({
    id: 'removeRecipient',
    method: 'delete',
    path: '/v1/campaigns/{campaignId}/recipients/{contactId}',
    role: 'operator',
    tag,
    summary: 'Takes one person out of the send list',
    description:
      'In a started campaign the same as …/skip: the row stays, skipped, and says who took it out.',
    params: recipientParams,
    query: reasonQuery,
    versioned: true,
    answers: { 200: list },
    problems: ['conflict'],
    handle: async ({ deps, params: { campaignId, contactId }, query: { reason }, caller, ifMatch }) => {
      const campaign = await findCampaign(deps.db, campaignId);
      if (campaign.state === 'draft') {
        const edit = await editOf(deps, campaignId, { caller, reason, ifMatch });
        return answerEdit(deps, campaignId, await removeFromDraft(deps.db, { ...edit, contactId }));
      }
      await findRow(deps.db, campaign, contactId);
      const act = { action: 'skip', caller, reason, ifMatch, request: { contactId } } as const;
      if (await askAtOnce(deps, campaignId, act)) void wake(deps, campaignId);
      return answerList(deps, campaignId);
    },
  }),
  endpoint({
    id: 'moveRecipient',
    method: 'put',
    path: '/v1/campaigns/{campaignId}/recipients/{contactId}/position',
    role: 'operator',
    tag,
    summary: 'Puts one who is planned before another one, or first, or last',
    params: recipientParams,
    body: schema.positionChangeSchema,
    versioned: true,
    answers: { 200: one },
    problems: ['conflict'],
    handle: async ({ deps, params: place, body: { before, to, reason }, caller, ifMatch }) => {
      const edit = await editOf(deps, place.campaignId, { caller, reason, ifMatch });
      await findRow(deps.db, await findCampaign(deps.db, place.campaignId), place.contactId);
      const wanted = before === undefined ? (to ?? 'last') : { before };
      const edited = await moveRecipient(deps.db, { ...edit, contactId: place.contactId, place: wanted });
      return answerRecipient(deps, place, edited);
    },
  }),
  endpoint({
    id: 'orderSendList',
    method: 'put',
    path: '/v1/campaigns/{campaignId}/order',
    role: 'operator',
    tag,
    summary: 'Puts everybody who is planned into an order: by customer, by name, at random',
    description: 'Of a draft with a send list, and while scheduled, paused or held.',
    params,
    body: schema.orderChangeSchema,
    versioned: true,
    answers: { 200: list },
    problems: ['conflict'],
    handle: async ({ deps, params: { campaignId }, body, caller, ifMatch }) => {
      const edit = await editOf(deps, campaignId, { caller, reason: body.reason, ifMatch });
      return answerEdit(deps, campaignId, await orderSendList(deps.db, { ...edit, order: body.by }));
    },
  }),
  endpoint({
    id: 'splitSendList',
    method: 'post',
    path: '/v1/campaigns/{campaignId}/splits',
    role: 'operator',
    tag,
    summary: 'Splits what is not sent yet into several campaigns',
    description:
      'Of a draft with a send list, or while paused or held. The first part stays; each other part becomes a draft with the same ' +
      'content and pace and a send list of its own. Who was tried already stays.',
    params,
    body: schema.splitSchema,
    versioned: true,
    answers: { 201: { description: 'The parts', schema: schema.splitDoneSchema } },
    problems: ['conflict'],
    handle: async ({ deps, params: { campaignId }, body: { size, parts, reason }, caller, ifMatch }) => {
      const edit = await editOf(deps, campaignId, { caller, reason, ifMatch });
      const parted = size === undefined ? { parts: parts ?? 2 } : { size };
      const split = await splitSendList(deps.db, { ...edit, parted });
      const { headers, body } = await answerEdit(deps, campaignId, split);
      const made = split.parts.map(({ campaignId: campaign, count }) => ({ campaign, count }));
      return { status: 201, headers, body: { ...body, parts: made } };
    },
  }),
];

/** Throws 404 when there is no such campaign. */
async function editOf(
  { db }: ApiDeps,
  campaignId: string,
  asked: { readonly caller: Caller; readonly reason: string | null; readonly ifMatch: number | null },
): Promise<SendListEdit> {
  await findCampaign(db, campaignId);
  return { campaignId, by: asked.caller.name, reason: asked.reason, expectedVersion: asked.ifMatch };
}

async function answerEdit(deps: ApiDeps, campaignId: string, edited: Edited) {
  await takeEffect(deps, campaignId, edited);
  return answerList(deps, campaignId);
}

async function answerRecipient(
  deps: ApiDeps,
  place: { readonly campaignId: string; readonly contactId: string },
  edited: Edited,
) {
  await takeEffect(deps, place.campaignId, edited);
  const headers = await versionHeader(deps, place.campaignId);
  return { status: 200, headers, body: await showExplanation(deps, place) } as const;
}

/** Throws the problem of a refusal. A campaign that was started hears of a change; should it not, its next look at the plan finds it. */
async function takeEffect(deps: ApiDeps, campaignId: string, edited: Edited): Promise<void> {
  if (!edited.ok) throw await refusalProblem(deps.db, campaignId, edited.refusal);
  if (edited.changed && edited.state !== 'draft') void wake(deps, campaignId);
}

async function answerList(deps: ApiDeps, campaignId: string) {
  const { state, snapshot_at } = await findCampaign(deps.db, campaignId);
  const counts = await readCountsOf(deps.db, campaignId);
  const body = {
    campaign: campaignId,
    state,
    laidOutAt: wireInstantOrNull(snapshot_at),
    counts: { ...counts },
  };
  return { status: 200, headers: await versionHeader(deps, campaignId), body } as const;
}
