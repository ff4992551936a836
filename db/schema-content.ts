import type { Generated } from 'kysely';
import type { Content } from '../domain/schema/content.ts';
import type { At, Json, Maybe, MaybeAt } from './column-types.ts';

/** What mails are made of: templates, identities, signatures, images, documents. */
export interface ContentTables {
  template: {
    id: Generated<string>;
    name: string;
    version: Generated<number>;
    draft: Json<Content>;
    archived_at: MaybeAt;
    archived_by: Maybe<string>;
    created_by: string;
    created_at: At;
    updated_at: At;
  };
  template_version: {
    id: Generated<string>;
    template_id: string;
    number: number;
    content: Json<Content>;
    created_by: string;
    created_at: At;
  };
  identity: {
    id: Generated<string>;
    label: string;
    version: Generated<number>;
    name: string;
    address: string;
    reply_to: Maybe<string>;
    allowed_domains: Generated<string[]>;
    dkim_domain: Maybe<string>;
    dkim_selector: Maybe<string>;
    dkim_key: Maybe<string>;
    removed_at: MaybeAt;
    removed_by: Maybe<string>;
    created_by: string;
    created_at: At;
    updated_at: At;
  };
  signature: {
    id: Generated<string>;
    name: string;
    version: Generated<number>;
    html: string;
    text: string;
    removed_at: MaybeAt;
    removed_by: Maybe<string>;
    created_by: string;
    created_at: At;
    updated_at: At;
  };
  image: {
    id: Generated<string>;
    name: string;
    type: string;
    size: number;
    sha256: Buffer;
    bytes: Buffer;
    added_by: string;
    added_at: At;
  };
  document: {
    id: Generated<string>;
    title: string;
    version: number;
    name: string;
    type: string;
    size: number;
    sha256: Buffer;
    origin: 'folder' | 'upload';
    path: Maybe<string>;
    added_by: string;
    added_at: At;
    removed_at: MaybeAt;
    removed_by: Maybe<string>;
  };
  document_chunk: { sha256: Buffer; n: number; bytes: Buffer };
  document_file: { path: string; size: number; mtime_ms: number; sha256: Buffer };
  document_fault: { path: string; reason: string; seen_at: At };
  campaign_document: {
    campaign_id: string;
    position: number;
    document_id: string;
    as: 'attachment' | 'link' | 'body';
    link_ms: Maybe<number>;
  };
  document_receipt: {
    document_id: string;
    contact_id: string;
    campaign_id: string;
    forced_by: Maybe<string>;
    at: At;
  };
  frequency_cap: { stream: string; count: number; per_ms: number; changed_by: string; changed_at: At };
}
