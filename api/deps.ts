import type { Logger } from 'pino';
import type { Database } from '../db/open.ts';
import type { Transport } from '../mail/transport.ts';
import type { Role } from './auth.ts';
import type { CampaignMessenger } from './campaign-messenger.ts';
import type { EventFeed } from './event-feed.ts';
import type { Metrics } from './metrics.ts';
import type { ReplanNotices } from './replan-notices.ts';

/** What handlers work with: made once by api/main.ts (or by a test), handed to each of them as `call.deps`. */
export interface ApiDeps {
  readonly db: Database;
  readonly temporal: CampaignMessenger;
  /** Null without SMTP_URL: nothing can be sent from this process then (campaigns are sent by the worker). */
  readonly transport: Transport | null;
  readonly events: EventFeed;
  readonly metrics: Metrics;
  readonly replans: ReplanNotices;
  readonly log: Logger;
  /** Address of the Temporal UI for links, without a slash at its end; null when not configured. */
  readonly temporalUi: string | null;
  /** Address under which recipients reach this API, without a slash at its end; null: no mail can have links. */
  readonly publicUrl: string | null;
  /** Of one attachment; those of one mail have twice that together. */
  readonly documentLimitBytes: number;
  readonly requestsPerMinute: number;
}

/** Who asks: the key of the request. `name` is what histories show as `by`. */
export interface Caller {
  readonly keyId: string;
  readonly name: string;
  readonly role: Role;
}
