import {
  mailPartsOf,
  readSourceNames,
  type MailParts,
  type MailSources,
  type SourceNames,
} from '../db/campaign-sources.ts';
import type { CampaignRow } from '../db/campaigns.ts';
import { readIdentity, type IdentityRow } from '../db/identities.ts';
import type { Database } from '../db/open.ts';
import { readSignature } from '../db/signatures.ts';
import { readTemplate, readTemplateVersion } from '../db/templates.ts';
import type { Signature } from '../domain/schema/content.ts';
import type { IdentityInput } from '../domain/schema/identity.ts';
import type { ContentInput } from '../domain/schema/template.ts';
import { refuse } from './check-input.ts';
import { Problem } from './problem.ts';
import { wireInstant } from './wire-instant.ts';

interface GivenMail {
  readonly identity: IdentityInput;
  readonly content: ContentInput;
  /** The id of one that is kept, or the signature itself. */
  readonly signature: string | Signature | null;
}

/**
 * The parts of a mail as they are to be sent: what is named by its id is read and copied. Throws 422 with a pointer for what is not
 * there, was removed or archived, or has no version yet.
 */
export async function composeMail(
  db: Database,
  { identity, content, signature }: GivenMail,
): Promise<MailParts> {
  const [who, what, closing] = await Promise.all([
    identityPart(db, identity),
    contentPart(db, content),
    signaturePart(db, signature),
  ]);
  return { ...who, ...what, sources: { ...who.sources, ...what.sources, ...closing.sources } };
}

/** The same for a change: what is undefined stays as it is stored. */
export async function recomposeMail(
  db: Database,
  { identity, content, signature }: { readonly [part in keyof GivenMail]?: GivenMail[part] | undefined },
  stored: MailParts,
): Promise<MailParts> {
  const [who, what, closing] = await Promise.all([
    identity === undefined ? null : identityPart(db, identity),
    content === undefined ? null : contentPart(db, content),
    signature === undefined ? null : signaturePart(db, signature),
  ]);
  return {
    ...stored,
    ...who,
    ...what,
    sources: { ...stored.sources, ...who?.sources, ...what?.sources, ...closing?.sources },
  };
}

/**
 * The parts of a draft's mail with its identity and signature as they are now: what a start freezes and a test send shows. Throws 409
 * when one of them was removed since, or the template archived, by its name.
 */
export async function freshMail(db: Database, draft: CampaignRow): Promise<MailParts> {
  const stored = mailPartsOf(draft);
  const { identityId, signatureId } = stored.sources;
  refuseGone(await readSourceNames(db, stored.sources));
  return recomposeMail(
    db,
    {
      ...(identityId === null ? {} : { identity: { id: identityId } }),
      ...(signatureId === null ? {} : { signature: signatureId }),
    },
    stored,
  );
}

/** What the campaign's parts are called, for those who look at it. */
export async function showSources(db: Database, row: CampaignRow) {
  const { sources } = mailPartsOf(row);
  const { template, identity, signature } = await readSourceNames(db, sources);
  return {
    template: template === null ? null : { id: template.id, name: template.name, version: template.number },
    namedIdentity: identity === null ? null : { id: identity.id, label: identity.name },
    signature:
      signature === null || sources.signature === null
        ? null
        : { id: signature.id, name: signature.name, ...sources.signature },
  };
}

type IdentityPart = Pick<MailParts, 'identity'> & {
  readonly sources: Pick<MailSources, 'identityId' | 'allowedDomains'>;
};
type ContentPart = Pick<MailParts, 'content'> & { readonly sources: Pick<MailSources, 'templateVersionId'> };
interface SignaturePart {
  readonly sources: Pick<MailSources, 'signatureId' | 'signature'>;
}

async function identityPart(db: Database, given: IdentityInput): Promise<IdentityPart> {
  if (!('id' in given)) return { identity: given, sources: { identityId: null, allowedDomains: [] } };
  const row = await readIdentity(db, given.id);
  if (row === null) throw unknown('/identity/id', 'identity', given.id, '/v1/identities');
  return { identity: identityOf(row), sources: { identityId: row.id, allowedDomains: row.allowed_domains } };
}

function identityOf({ name, address, reply_to: replyTo }: IdentityRow): MailParts['identity'] {
  return { name, address, ...(replyTo === null ? {} : { replyTo }) };
}

async function contentPart(db: Database, given: ContentInput): Promise<ContentPart> {
  if (!('template' in given)) return { content: given, sources: { templateVersionId: null } };
  const template = await readTemplate(db, given.template);
  if (template === null) throw unknown('/content/template', 'template', given.template, '/v1/templates');
  const { name, archived_at: archivedAt, newest_number: newest } = template;
  if (archivedAt !== null)
    throw wrong('/content/template', `${archived(template)}; take another one, or bring it back`);
  if (newest === null)
    throw wrong(
      '/content/template',
      `the template ${JSON.stringify(name)} has no version yet; freeze its draft (POST /v1/templates/${template.id}/versions), then name it`,
    );
  const version = await readTemplateVersion(db, template.id, given.version ?? newest);
  if (version === null)
    throw wrong(
      '/content/version',
      `the template ${JSON.stringify(name)} has the versions 1 to ${newest} (got ${given.version ?? newest})`,
    );
  return { content: version.content, sources: { templateVersionId: version.id } };
}

async function signaturePart(db: Database, id: GivenMail['signature']): Promise<SignaturePart> {
  if (typeof id !== 'string') return { sources: { signatureId: null, signature: id } };
  const row = await readSignature(db, id);
  if (row === null) throw unknown('/signature', 'signature', id, '/v1/signatures');
  return { sources: { signatureId: row.id, signature: { html: row.html, text: row.text } } };
}

function refuseGone({ template, identity, signature }: SourceNames): void {
  const gone = [
    ...(template === null || template.archived_at === null
      ? []
      : [{ pointer: '/content/template', detail: archived(template) }]),
    ...(['identity', 'signature'] as const).flatMap((part) => {
      const named = part === 'identity' ? identity : signature;
      if (named === null || named.removed_at === null) return [];
      const { name, removed_at: at, removed_by: by } = named;
      const detail = `the ${part} ${JSON.stringify(name)} was removed by ${by ?? 'somebody'} at ${wireInstant(at)}`;
      return [{ pointer: `/${part}`, detail }];
    }),
  ];
  if (gone.length === 0) return;
  const what = gone.map(({ detail }) => detail).join('; ');
  throw new Problem('conflict', `${what}; give the draft another one, then start it`, { errors: gone });
}

function archived(template: {
  readonly name: string;
  readonly archived_at: Date | null;
  readonly archived_by: string | null;
}): string {
  const { name, archived_at: at, archived_by: by } = template;
  const when = at === null ? '' : ` at ${wireInstant(at)}`;
  return `the template ${JSON.stringify(name)} was archived by ${by ?? 'somebody'}${when}`;
}

function unknown(pointer: string, what: string, id: string, list: string): Problem {
  return wrong(pointer, `there is no ${what} ${JSON.stringify(id)}; GET ${list} shows them`);
}

function wrong(pointer: string, detail: string): Problem {
  return refuse('invalidBody', [{ pointer, detail }]);
}
