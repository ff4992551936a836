import { readCampaign } from '../db/campaigns.ts';
import { listControls } from '../db/history.ts';
import type { Database } from '../db/open.ts';
import type { CampaignState, ControlAction, Refusal } from '../domain/campaign-state.ts';
import { notFound, away, Problem } from './problem.ts';
import { wireInstant } from './wire-instant.ts';

/** The problem behind a refused act; says the state and what would be possible. */
export async function refusalProblem(db: Database, campaignId: string, refusal: Refusal): Promise<Problem> {
  switch (refusal.code) {
    case 'wrongState':
      return wrongState(refusal.state, refusal.possible);
    case 'stale':
      return staleVersion(db, campaignId, refusal.expectedVersion);
    case 'needsAcknowledgement':
      return new Problem(
        'needsAcknowledgement',
        'the campaign is held for a cause that "pause.reason" of the campaign names; when it is mended, resume with acknowledge=true',
        { members: { state: 'held' } },
      );
    case 'conflict': {
      const campaign = await readCampaign(db, campaignId);
      return new Problem('conflict', refusal.detail, { members: { state: campaign?.state ?? null } });
    }
    case 'invalid':
      return new Problem('invalidBody', refusal.detail, {
        errors: [{ pointer: '', detail: refusal.detail }],
      });
  }
}

/** 409: `possible` are the acts that this state allows. */
export function wrongState(state: CampaignState, actions: readonly ControlAction[]): Problem {
  // A hold is what guards do; people pause.
  const possible = actions.filter((action) => action !== 'hold');
  const words =
    possible.length === 0 ? 'nothing can be done with it any more' : `possible: ${possible.join(', ')}`;
  return new Problem('wrongState', `the campaign is ${state}; ${words}`, { members: { state, possible } });
}

/**
 * 412 with both states and who changed it. A version is not stored with its state: the state that the caller saw is
 * taken from the history, going back as many acts as there are versions between.
 */
export async function staleVersion(
  db: Database,
  campaignId: string,
  expectedVersion: number,
): Promise<Problem> {
  const campaign = await readCampaign(db, campaignId);
  if (campaign === null) return notFound('campaign', campaignId);
  const { state, version } = campaign;
  const behind = version - expectedVersion;
  const acts = behind > 0 && behind <= 500 ? await listControls(db, campaignId, null, behind) : [];
  const [last] = acts;
  const seen = acts.length === behind ? (acts.at(-1)?.from?.['state'] ?? null) : null;
  const who =
    last === undefined
      ? 'it was edited'
      : `the last act was ${last.action} by ${last.by} at ${wireInstant(last.at)}`;
  return new Problem(
    'staleVersion',
    `If-Match names version ${expectedVersion}, the campaign is at ${version} (${state}): ${who}; read it again and decide anew`,
    {
      headers: { ETag: `"${version}"` },
      members: {
        expected: { version: expectedVersion, state: seen },
        current: { version, state },
        changedBy: last?.by ?? null,
        changedAt: wireInstant(last?.at ?? campaign.updated_at),
      },
    },
  );
}

/** 503: `asked` true when the act may still come into force. */
export function temporalAway(asked: boolean, cause?: unknown): Problem {
  const detail = asked
    ? 'the campaign did not answer: Temporal or every worker is away; it may still come into force when they are back; repeat the request to be sure'
    : 'Temporal does not answer; nothing was changed; try again';
  return away('temporalAway', detail, 5, cause);
}
