import {
  readCampaignDocuments,
  readKnownDocuments,
  type CampaignDocument,
} from '../db/campaign-documents.ts';
import { formatDuration } from '../domain/duration.ts';
import {
  arrangeDocuments,
  type AskedDocument,
  type DocumentListFault,
  type MailDocument,
} from '../domain/mail-documents.ts';
import type { CampaignView } from '../domain/schema/campaign.ts';
import { refuse } from './check-input.ts';
import type { ApiDeps } from './deps.ts';
import type { Fault } from './problem.ts';

type Needs = Pick<ApiDeps, 'db' | 'publicUrl' | 'documentLimitBytes'>;

/** The documents of a draft as they will go out. Throws 422 with a pointer for each that cannot. */
export async function statedDocuments(
  deps: Needs,
  asked: readonly AskedDocument[],
): Promise<readonly MailDocument[]> {
  const known = await readKnownDocuments(
    deps.db,
    asked.map(({ id }) => id),
  );
  const { documents, faults } = arrangeDocuments(asked, known, limitsOf(deps));
  if (faults.length > 0) throw refuse('invalidBody', faults.map(pointed));
  return documents;
}

/**
 * Throws 422 when a campaign cannot start with its documents as they are now: one was taken out since it was drafted, limits or
 * settings are others, bytes are gone. Once started, nothing of that matters any more.
 */
export async function requireDocuments(deps: Needs, campaignId: string): Promise<void> {
  const documents = await readCampaignDocuments(deps.db, campaignId);
  const known = new Map(documents.map((each) => [each.id, each]));
  const asked = documents.map(({ id, as, linkMs }) => ({ id, as, expires: linkMs ?? undefined }));
  const { faults } = arrangeDocuments(asked, known, limitsOf(deps));
  const broken = documents.flatMap(({ title, isWhole }, index) =>
    isWhole ? [] : [{ index, field: '', detail: brokenDetail(title) } as const],
  );
  const all = [...faults, ...broken];
  if (all.length > 0) throw refuse('contentRefused', all.map(pointed));
}

/** As the API shows what goes out with a mail. */
export function showDocuments(documents: readonly CampaignDocument[]): CampaignView['documents'] {
  return documents.map(({ id, as, linkMs, title, version, name, size }) => ({
    id,
    as,
    expires: linkMs === null ? null : formatDuration(linkMs),
    title,
    version,
    name,
    size,
  }));
}

function limitsOf({ publicUrl, documentLimitBytes }: Needs) {
  return { attachmentBytes: documentLimitBytes, hasPublicUrl: publicUrl !== null };
}

function pointed({ index, field, detail }: DocumentListFault): Fault {
  return { pointer: `/documents/${index}${field === '' ? '' : `/${field}`}`, detail };
}

function brokenDetail(title: string): string {
  return `the bytes of the document "${title}" are not all in the database; restore them from a backup, or send another file`;
}
