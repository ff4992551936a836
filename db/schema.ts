import type { ColumnType, Generated } from 'kysely';
import type { SendingWindow } from '../domain/calendar.ts';
import type { CampaignState, ControlAction } from '../domain/campaign-state.ts';
import type { CapacityFigures } from '../domain/capacity-figures.ts';
import type { StatedCapacity } from '../domain/capacity-settings.ts';
import type { DeliveryState } from '../domain/delivery-state.ts';
import type { DomainLimit } from '../domain/domain-limit.ts';
import type { Audience } from '../domain/filter/audience.ts';
import type { Guards } from '../domain/guards.ts';
import type { PaceForm } from '../domain/pace-form.ts';
import type { RecipientAction } from '../domain/recipient-act.ts';
import type { LinkedValues } from '../domain/recipient.ts';
import type { RelayTroubleRecord } from '../domain/relay-trouble.ts';
import type { ResponseLink } from '../domain/response-link.ts';
import type { Content } from '../domain/schema/content.ts';
import type { SendListAction } from '../domain/send-list.ts';
import type { At, Json, Maybe, MaybeAt, WithDefault } from './column-types.ts';
import type { ContentTables } from './schema-content.ts';
import type { PeopleTables } from './schema-people.ts';

/** The tables of db/migrations, for typed reads and writes. */
export interface Schema extends PeopleTables, ContentTables {
  sluice_migration: { id: number; name: string; checksum: string; applied_at: At };
  suppression: { address: string; stream: Maybe<string>; reason: string; source: string; at: At };
  api_key: {
    id: Generated<string>;
    name: string;
    role: 'viewer' | 'operator' | 'admin';
    secret_sha256: Buffer;
    created_at: At;
    revoked_at: MaybeAt;
  };
  idempotency: {
    api_key_id: string;
    key: string;
    request_sha256: Buffer;
    status: Maybe<number>;
    headers: ColumnType<Record<string, string> | null, string | null | undefined, string | null>;
    body: Maybe<string>;
    created_at: At;
  };
  campaign: {
    id: Generated<string>;
    version: Generated<number>;
    state: Generated<CampaignState>;
    name: string;
    audience: Json<Audience>;
    identity: Json<{ name: string; address: string; replyTo?: string }>;
    content: Json<Content>;
    stream: Generated<string>;
    time_zone: Generated<string>;
    size: number;
    gap_ms: number;
    pace_form: WithDefault<PaceForm>;
    windows: WithDefault<readonly SendingWindow[]>;
    holidays: WithDefault<readonly string[]>;
    limits: WithDefault<readonly DomainLimit[]>;
    follows_id: Maybe<string>;
    follows_after_ms: Maybe<number>;
    follows_only: Maybe<'all' | 'notResponded'>;
    ended_at: MaybeAt;
    start_at: MaybeAt;
    started_at: MaybeAt;
    snapshot_at: MaybeAt;
    total: Generated<number>;
    finished_at: MaybeAt;
    trouble: ColumnType<RelayTroubleRecord | null, string | null | undefined, string | null>;
    capacity: ColumnType<StatedCapacity | null, string | null | undefined, string | null>;
    desk_id: Maybe<string>;
    response_links: ColumnType<ResponseLink[], string | undefined, string>;
    guards: ColumnType<Guards | null, string | null | undefined, string | null>;
    evidence_after: Generated<number>;
    evidence_since: MaybeAt;
    last_position: Maybe<number>;
    newsletter_only: Generated<boolean>;
    newsletter_reason: Maybe<string>;
    newsletter_by: Maybe<string>;
    identity_id: Maybe<string>;
    template_version_id: Maybe<string>;
    signature_id: Maybe<string>;
    allowed_domains: Generated<string[]>;
    signature: ColumnType<{ html: string; text: string } | null, string | null | undefined, string | null>;
    once_within_ms: Maybe<number>;
    log_activity: Generated<boolean>;
    uses_linked: Generated<boolean>;
    forced_by: Maybe<string>;
    created_by: string;
    created_at: At;
    updated_at: At;
  };
  control: {
    id: Generated<string>;
    campaign_id: Maybe<string>;
    action:
      | ControlAction
      | RecipientAction
      | SendListAction
      | 'finish'
      | 'openMainGate'
      | 'closeMainGate'
      | 'settle'
      | 'force'
      | 'withoutConsent'
      | 'doNotLog';
    by: string;
    via: 'api' | 'temporal' | 'guard';
    reason: Maybe<string>;
    request: ColumnType<Record<string, unknown>, string | undefined, string>;
    expected_version: Maybe<number>;
    from: ColumnType<Record<string, unknown> | null, string | null | undefined, string | null>;
    to: ColumnType<Record<string, unknown> | null, string | null | undefined, string | null>;
    refusal: ColumnType<Record<string, unknown> | null, string | null | undefined, string | null>;
    requested_at: At;
    applied_at: MaybeAt;
  };
  gate: {
    campaign_id: string;
    open: Generated<boolean>;
    closed_by: Maybe<string>;
    not_before: At;
    token: Generated<number>;
  };
  main_gate: {
    id: Generated<boolean>;
    open: boolean;
    changed_by: Maybe<string>;
    reason: Maybe<string>;
    changed_at: At;
  };
  pause: {
    control_id: string;
    campaign_id: string;
    at: At;
    in_flight: number;
    settled_at: MaybeAt;
    resumed_at: MaybeAt;
    resume_at: MaybeAt;
    resume_asked_by: Maybe<string>;
  };
  batch: {
    campaign_id: string;
    number: number;
    size: number;
    planned_at: At;
    latest_start: At;
    started_at: At;
    continued_at: MaybeAt;
    finished_at: MaybeAt;
  };
  delivery: {
    campaign_id: string;
    contact_id: string;
    position: number;
    email: string;
    address: string;
    state: Generated<DeliveryState>;
    batch: Maybe<number>;
    token: Maybe<number>;
    attempts: Generated<number>;
    first_attempt_at: MaybeAt;
    sending_at: MaybeAt;
    settled_at: MaybeAt;
    next_attempt_at: MaybeAt;
    mail_date: MaybeAt;
    code: Maybe<number>;
    enhanced: Maybe<string>;
    reply: Maybe<string>;
    reason_code: Maybe<string>;
    reason_text: Maybe<string>;
    limit_index: Generated<number>;
    send_now_at: MaybeAt;
    contact_version: Maybe<number>;
    customer_version: Maybe<number>;
    linked_values: ColumnType<LinkedValues | null, string | null | undefined, string | null>;
    forced_by: Maybe<string>;
  };
  capacity_decision: {
    id: Generated<number>;
    campaign_id: string;
    at: At;
    batch: number;
    kind: 'room' | 'heldBack' | 'silent';
    wanted: number;
    size: number;
    look_again_at: At;
    inputs: Json<CapacityFigures>;
    sentence: string;
  };
  limit_take: {
    campaign_id: string;
    limit_index: number;
    at: At;
    count: number;
  };
  outcome_group: {
    id: Generated<number>;
    campaign_id: string;
    at: At;
    attempts: number;
    sent: number;
    hard: number;
    deferred: number;
  };
  complaint: {
    campaign_id: string;
    event_id: string;
    contact_id: string;
    at: At;
    source: string;
    recorded_at: At;
  };
  attempt: {
    campaign_id: string;
    contact_id: string;
    number: number;
    at: At;
    outcome: string;
    code: Maybe<number>;
    enhanced: Maybe<string>;
    reply: Maybe<string>;
  };
  campaign_event: {
    id: Generated<number>;
    campaign_id: string;
    type: 'state' | 'batch' | 'control';
    data: Json<Record<string, unknown>>;
    at: At;
  };
  desk: {
    id: Generated<string>;
    name: string;
    capacity: number;
    time_zone: Generated<string>;
    windows: ColumnType<SendingWindow[], string | undefined, string>;
    created_by: string;
    created_at: At;
    updated_at: At;
  };
  response_source: {
    id: Generated<string>;
    name: string;
    secret: Buffer;
    created_by: string;
    created_at: At;
    revoked_at: MaybeAt;
  };
  response_webhook_message: {
    source_id: string;
    message_id: string;
    body_sha256: Buffer;
    answer: ColumnType<Record<string, unknown> | null, string | null | undefined, string | null>;
    at: At;
  };
  response: {
    id: Generated<string>;
    campaign_id: string;
    contact_id: Maybe<string>;
    source: string;
    event_id: string;
    kind: string;
    opened_at: MaybeAt;
    handled_at: MaybeAt;
    mailed_at: MaybeAt;
    reported_at: At;
  };
  response_signal: { campaign_id: string; reported_at: At };
  signing_secret: { purpose: string; secret: Buffer };
}
