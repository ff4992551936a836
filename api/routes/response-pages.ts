import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { z } from 'zod';
import { readLinkedCampaign, recordLinkAnswer, type LinkedCampaign } from '../../db/response-links.ts';
import { readLinkSecret } from '../../db/signing-secret.ts';
import {
  labelIn,
  linksOf,
  pageLanguage,
  type PageLanguage,
  type ResponseLink,
} from '../../domain/response-link.ts';
import { readResponseLink, type LinkTarget } from '../../mail/response-link.ts';
import { endpoint, type Call, type Endpoint } from '../endpoint.ts';
import { renderResponsePage, type ResponsePage } from '../response-page.ts';

const tag = 'Response pages';
const params = z.strictObject({ token: z.string().meta({ description: 'As it stands in the mail' }) });
const answers = {
  200: { description: 'A page for the recipient', stream: 'text/html' },
  404: { description: 'A page that says that the link does not work', stream: 'text/html' },
} as const;

export const responsePageEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'showResponsePage',
    method: 'get',
    path: '/r/{token}',
    role: null,
    limited: true,
    tag,
    summary: 'The page behind a response link; looking at it counts nothing',
    params,
    answers,
    handle: async (call) => {
      const followed = await follow(call);
      if (followed === null) return unknown(call);
      const { campaign, link, language } = followed;
      const { sender } = campaign;
      return campaign.answered
        ? found({ kind: 'answered', language, sender })
        : found({ kind: 'question', language, sender, label: labelIn(link, language) });
    },
  }),
  endpoint({
    id: 'answerByLink',
    method: 'post',
    path: '/r/{token}',
    role: null,
    limited: true,
    tag,
    summary: 'The button of that page: counts the answer, once for each recipient and link',
    params,
    answers,
    handle: async (call) => {
      const followed = await follow(call);
      if (followed === null) return unknown(call);
      const { campaign, link, language, target, eventId } = followed;
      const { sender } = campaign;
      if (campaign.recipient === null) return found({ kind: 'test', language, sender });
      const { db, replans } = call.deps;
      await recordLinkAnswer(db, { ...target, eventId }, link);
      replans.responseChanged(target.campaignId);
      return found({ kind: 'thanks', language, sender, label: labelIn(link, language) });
    },
  }),
];

type PageCall = Call<{ token: string }>;

interface Followed {
  readonly target: LinkTarget;
  readonly eventId: string;
  readonly campaign: LinkedCampaign;
  readonly link: ResponseLink;
  readonly language: PageLanguage;
}

/** What is behind the token; null when it is not one of ours, or the campaign has no such link (any more). */
async function follow({ deps: { db }, params: { token }, request }: PageCall): Promise<Followed | null> {
  const target = readResponseLink(await readLinkSecret(db), token);
  if (target === null) return null;
  // Not the token itself: who may read the list of responses could answer for others.
  const eventId = `${target.name}:${createHash('sha256').update(token).digest('base64url').slice(0, 22)}`;
  const campaign = await readLinkedCampaign(db, { ...target, eventId });
  const link = linksOf(campaign?.declared ?? []).find(({ name }) => name === target.name);
  if (campaign === null || link === undefined) return null;
  const language = pageLanguage(campaign.recipient?.language ?? null, request.headers['accept-language']);
  return { target, eventId, campaign, link, language };
}

function found(page: ResponsePage) {
  const { html, headers } = renderResponsePage(page);
  return { status: 200, headers, stream: writing(html) } as const;
}

function unknown({ request }: PageCall) {
  const language = pageLanguage(null, request.headers['accept-language']);
  const { html, headers } = renderResponsePage({ kind: 'unknown', language });
  return { status: 404, headers, stream: writing(html) } as const;
}

function writing(html: string) {
  return async (response: Response): Promise<void> => {
    response.end(html);
  };
}
