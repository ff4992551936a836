import type { Generated } from 'kysely';
import type { AttributeValue } from '../domain/recipient.ts';
import type { At, Json, Maybe, MaybeAt, WithDefault } from './column-types.ts';

type Attributes = Record<string, AttributeValue>;

/** People, customers, agents, records, imports and work lists. */
export interface PeopleTables {
  customer: {
    id: Generated<string>;
    name: string;
    external_id: Maybe<string>;
    version: Generated<number>;
    attributes: Json<Attributes>;
    created_at: At;
    updated_at: At;
  };
  contact: {
    id: Generated<string>;
    address: string;
    email: string;
    external_id: Maybe<string>;
    version: Generated<number>;
    first_name: Maybe<string>;
    last_name: Maybe<string>;
    title: Maybe<string>;
    salutation: Maybe<string>;
    language: Maybe<string>;
    time_zone: Maybe<string>;
    newsletter: Maybe<boolean>;
    customer_id: Maybe<string>;
    attributes: Json<Attributes>;
    created_at: At;
    updated_at: At;
  };
  attribute: {
    owner: 'contact' | 'customer' | 'record';
    name: string;
    type: 'text' | 'number' | 'date' | 'yesNo' | 'choice';
    label: Maybe<string>;
    choices: Maybe<string[]>;
    found: Generated<boolean>;
    created_by: string;
    created_at: At;
  };
  agent: {
    id: Generated<string>;
    name: string;
    email: Maybe<string>;
    phone: Maybe<string>;
    attributes: WithDefault<Attributes>;
    created_at: At;
    updated_at: At;
  };
  record: {
    id: Generated<string>;
    kind: string;
    external_id: string;
    title: string;
    link: Maybe<string>;
    attributes: WithDefault<Attributes>;
    created_at: At;
    updated_at: At;
  };
  record_link: {
    record_id: string;
    contact_id: Maybe<string>;
    customer_id: Maybe<string>;
    campaign_id: Maybe<string>;
    linked_by: string;
    linked_at: At;
  };
  consent: {
    id: Generated<number>;
    contact_id: string;
    given: boolean;
    at: At;
    how: string;
    wording: Maybe<string>;
    recorded_by: string;
    recorded_at: At;
  };
  contact_past: { contact_id: string; version: number; values: Json<Record<string, unknown>>; until: At };
  customer_past: { customer_id: string; version: number; values: Json<Record<string, unknown>>; until: At };
  import_source: {
    id: Generated<string>;
    name: string;
    kind: 'contacts' | 'customers' | 'records';
    record_kind: Maybe<string>;
    mapping: Json<Record<string, unknown>>;
    created_by: string;
    created_at: At;
    updated_at: At;
  };
  contact_import: {
    id: Generated<string>;
    state: Generated<'running' | 'done' | 'failed'>;
    read: Generated<number>;
    created: Generated<number>;
    updated: Generated<number>;
    rejected: Generated<number>;
    failure: Maybe<string>;
    kind: Generated<'contacts' | 'customers' | 'records'>;
    unchanged: Generated<number>;
    sheet: Maybe<string>;
    header: Maybe<string[]>;
    source_id: Maybe<string>;
    started_by: string;
    started_at: At;
    touched_at: At;
    finished_at: MaybeAt;
  };
  contact_import_reject: {
    import_id: string;
    ordinal: number;
    line: number;
    column: Maybe<string>;
    reason: string;
    cells: WithDefault<readonly string[] | null>;
    text: Maybe<string>;
  };
  work_list: {
    id: Generated<string>;
    name: string;
    version: Generated<number>;
    filter: WithDefault<Record<string, unknown> | null>;
    frozen_at: MaybeAt;
    frozen_by: Maybe<string>;
    created_by: string;
    created_at: At;
    updated_at: At;
  };
  work_list_entry: {
    list_id: string;
    contact_id: string;
    by_hand: Generated<boolean>;
    added_by: string;
    added_at: At;
  };
  work_list_change: {
    id: Generated<number>;
    list_id: string;
    action: string;
    contact_id: Maybe<string>;
    detail: WithDefault<Record<string, unknown> | null>;
    by: string;
    reason: Maybe<string>;
    at: At;
  };
  activity: {
    id: Generated<number>;
    at: At;
    mark: Generated<string>;
    campaign_id: string;
    contact_id: string;
    customer_id: Maybe<string>;
    record_id: Maybe<string>;
  };
}
