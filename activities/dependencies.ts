import type { GateWatch } from '../db/gate-watch.ts';
import type { Database } from '../db/open.ts';
import type { Instant } from '../domain/instant.ts';
import type { DeferralPolicy } from '../domain/settle.ts';
import type { Signer } from '../mail/dkim/signer.ts';
import type { Transport } from '../mail/transport.ts';
import type { IntentWindow } from './sending/intent-window.ts';
import type { MailSource } from './sending/mail-source.ts';

/** What the activities of one worker share. */
export interface ActivityDependencies {
  readonly db: Database;
  readonly transport: Transport;
  /** The most connections of the transport: so many mails of a batch are on their way at once. */
  readonly lanes: number;
  readonly window: IntentWindow;
  readonly gateWatch: GateWatch;
  /**
   * How much later than `at` it is, in ms: a batch that waited for a worker begins when it begins, not when it was
   * decided. Tests in virtual time know no lateness.
   */
  readonly latenessOf: (at: Instant) => number;
  readonly policy: DeferralPolicy;
  readonly mails: MailSource;
  /** Signs the mails of campaigns whose identity has no key of its own (DKIM); null when no key is configured. */
  readonly sign: Signer | null;
}
