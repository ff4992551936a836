import type { ControlAction } from '../domain/campaign-state.ts';
import type { RecipientAction } from '../domain/recipient-act.ts';
import type { Applied, ControlRequest } from './control-act.ts';
import { applyControl, requestControl } from './control.ts';
import type { Database } from './open.ts';

interface ActAtOnce extends ControlRequest {
  readonly action: RecipientAction | Extract<ControlAction, 'pause' | 'setGuards'>;
}

/**
 * An act that the database alone brings into force, with Temporal and every worker away too: what it changes is read with the
 * next look at the plan. The caller tells the workflow, so that the look is now.
 */
export async function actAtOnce(db: Database, act: ActAtOnce): Promise<Applied> {
  const { campaignId, action, request } = act;
  const { controlId } = await requestControl(db, act);
  return applyControl(db, { campaignId, controlId, action, via: 'api', at: Date.now(), request });
}
