import type { Instant } from './instant.ts';

/** What the responses of a campaign leave room for; how it is decided is the business of domain/capacity.ts. */
export interface ResponseRoom {
  /** How many of `wanted` mails may leave at that instant; with 0, when it is worthwhile to look again. */
  decide(at: Instant, wanted: number): { readonly size: number; readonly lookAgainAt: Instant };
  /** The room as it is expected to be after a batch of this size. */
  after(at: Instant, size: number): ResponseRoom;
  /** The room once a batch has been held back: it then waits for more room than it would have taken at first. */
  heldBack(): ResponseRoom;
}
