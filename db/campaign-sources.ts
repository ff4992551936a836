import type { Content, Identity, Signature } from '../domain/schema/content.ts';
import type { CampaignRow } from './campaigns.ts';
import type { Database } from './open.ts';

/** Where the parts of a campaign's mail come from, and the copies of them that stand beside `identity` and `content`. */
export interface MailSources {
  /** Null: given in the campaign's own body. */
  readonly identityId: string | null;
  /** Of the identity; empty: every domain. */
  readonly allowedDomains: readonly string[];
  readonly templateVersionId: string | null;
  readonly signatureId: string | null;
  readonly signature: Signature | null;
}

/** The parts of a campaign's mail as they are sent. */
export interface MailParts {
  readonly identity: Identity;
  readonly content: Content;
  readonly sources: MailSources;
}

export const noSources: MailSources = {
  identityId: null,
  allowedDomains: [],
  templateVersionId: null,
  signatureId: null,
  signature: null,
};

export function mailPartsOf(row: CampaignRow): MailParts {
  return {
    identity: row.identity,
    content: row.content,
    sources: {
      identityId: row.identity_id,
      allowedDomains: row.allowed_domains,
      templateVersionId: row.template_version_id,
      signatureId: row.signature_id,
      signature: row.signature,
    },
  };
}

export function sourceColumns({
  identityId,
  allowedDomains,
  templateVersionId,
  signatureId,
  signature,
}: MailSources) {
  return {
    identity_id: identityId,
    allowed_domains: [...allowedDomains],
    template_version_id: templateVersionId,
    signature_id: signatureId,
    signature: signature === null ? null : JSON.stringify(signature),
  };
}

/** What a start freezes: everything of the mail, as it was resolved and checked for this version of the draft. */
export interface FrozenMail extends MailParts {
  readonly draftVersion: number;
  /** It speaks of agents or linked records. */
  readonly usesLinked: boolean;
}

export function frozenColumns({ identity, content, sources, usesLinked }: FrozenMail) {
  return {
    identity: JSON.stringify(identity),
    content: JSON.stringify(content),
    uses_linked: usesLinked,
    ...sourceColumns(sources),
  };
}

/** The names behind a campaign's sources, also of what has been archived or removed since. */
export interface SourceNames {
  readonly template: {
    readonly id: string;
    readonly name: string;
    readonly number: number;
    readonly archived_at: Date | null;
    readonly archived_by: string | null;
  } | null;
  readonly identity: Removable | null;
  readonly signature: Removable | null;
}

interface Removable {
  readonly id: string;
  readonly name: string;
  readonly removed_at: Date | null;
  readonly removed_by: string | null;
}

export async function readSourceNames(
  db: Database,
  {
    identityId,
    templateVersionId,
    signatureId,
  }: Pick<MailSources, 'identityId' | 'templateVersionId' | 'signatureId'>,
): Promise<SourceNames> {
  const [template, identity, signature] = await Promise.all([
    templateVersionId === null ? null : readTemplateName(db, templateVersionId),
    identityId === null
      ? null
      : db
          .selectFrom('identity')
          .select(['id', 'label as name', 'removed_at', 'removed_by'])
          .where('id', '=', identityId)
          .executeTakeFirst(),
    signatureId === null
      ? null
      : db
          .selectFrom('signature')
          .select(['id', 'name', 'removed_at', 'removed_by'])
          .where('id', '=', signatureId)
          .executeTakeFirst(),
  ]);
  return { template: template ?? null, identity: identity ?? null, signature: signature ?? null };
}

async function readTemplateName(db: Database, templateVersionId: string) {
  return db
    .selectFrom('template_version')
    .innerJoin('template', 'template.id', 'template_version.template_id')
    .select(['template.id', 'template.name', 'number', 'archived_at', 'archived_by'])
    .where('template_version.id', '=', templateVersionId)
    .executeTakeFirst();
}
