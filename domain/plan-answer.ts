import type { CampaignState } from './campaign-state.ts';
import type { HoldCause } from './guards.ts';
import type { Instant } from './instant.ts';
import type { Pace } from './pace.ts';
import type { Plan } from './planner.ts';

export type ClosedBy = 'paused' | 'held' | 'cancelling' | 'mainGate' | 'calendar';

/** What a look at the database says about a campaign's next step: what the workflow does, and what screens show. */
export interface PlanAnswer {
  readonly state: CampaignState;
  readonly pace: Pace;
  readonly total: number;
  /** Deliveries with a final state, for the progress shown in the Temporal UI. */
  readonly settled: number;
  readonly step:
    | Plan
    /** A gate is closed: by a pause, hold or cancellation of this campaign, or for all campaigns; or no window ever opens. */
    | {
        readonly kind: 'closed';
        readonly by: ClosedBy;
        /** When a pause ends by itself. */
        readonly until?: Instant;
      }
    /** A pause is over by its own time; `asked` is the control row that wanted it so. */
    | { readonly kind: 'resume'; readonly asked: string }
    /** The plan wants a hold: the relay's trouble does not mend itself, or a guard says so. */
    | { readonly kind: 'hold'; readonly cause: HoldCause; readonly lateMs?: number };
}
