import type { CampaignRow } from '../db/campaigns.ts';
import { Problem } from './problem.ts';

/** What a send list is made from: changed behind its back, it would say something else than the campaign. */
const madeFrom: readonly string[] = [
  'audience',
  'documents',
  'consent',
  'onceWithin',
  'stream',
  'limits',
  'follows',
];

/** Throws 409 when a change of a draft would make its send list wrong. */
export function refuseBehindSendList(draft: CampaignRow, patch: Readonly<Record<string, unknown>>): void {
  if (draft.snapshot_at === null) return;
  const changed = madeFrom.filter((field) => patch[field] !== undefined);
  if (changed.length === 0) return;
  throw new Problem(
    'conflict',
    `the draft has a send list, which was made from its ${changed.join(', ')}; throw the list away (DELETE …/send-list), change it and lay the list out again`,
    { members: { state: draft.state } },
  );
}

/** Throws 422 when a laid-out list has nobody to send to. */
export function requireSomebodyPlanned(planned: number): void {
  if (planned > 0) return;
  const detail =
    'the send list has nobody to send to; add somebody (PUT …/recipients/{contactId}), or throw the list away (DELETE …/send-list)';
  throw new Problem('emptyAudience', detail, { errors: [{ pointer: '', detail }] });
}
