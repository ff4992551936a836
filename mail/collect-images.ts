import type { Content, Signature } from '../domain/schema/content.ts';
import { encodeBytes } from './attachment.ts';
import { ContentRefused } from './content/faults.ts';
import { imagesIn } from './content/image-references.ts';
import { imageExtensions, type ImageType } from './image-file.ts';
import type { MailImage, MailImages } from './mail-image.ts';

export interface ImageStore {
  /** Those of the names that are stored. */
  read(names: readonly string[]): Promise<
    readonly {
      readonly name: string;
      readonly type: string;
      readonly sha256: Buffer;
      readonly bytes: Buffer;
    }[]
  >;
  /** Without a slash at its end; null: nobody could load a hosted image. */
  readonly publicUrl: string | null;
}

/** The stored images that a mail shows by name, as `content.images` wants them. Throws ContentRefused when nobody could load them. */
export async function collectImages(
  {
    content,
    signature = null,
    bodyHtml = null,
  }: { content: Content; signature?: Signature | null; bodyHtml?: string | null },
  store: ImageStore,
): Promise<MailImages> {
  const sources = [content.mjml, content.html, signature?.html, bodyHtml];
  const names = [...new Set(sources.flatMap((source) => [...imagesIn(source ?? '').keys()]))];
  if (names.length === 0) return new Map();
  const hosted = content.images === 'hosted';
  if (hosted && store.publicUrl === null) throw unreachable();
  const found = await store.read(names);
  return new Map(
    found.map(({ name, type, sha256, bytes }): [string, MailImage] => [
      name,
      {
        name,
        type,
        url: hosted ? imageUrl(store.publicUrl ?? '', sha256, type) : null,
        bytes: encodeBytes(bytes),
      },
    ]),
  );
}

/** Where everybody can load an image. The address never means another image. */
export function imageUrl(publicUrl: string, sha256: Buffer, type: string): string {
  // Only these are ever stored.
  return `${publicUrl}/i/${sha256.toString('hex')}.${imageExtensions[type as ImageType]}`;
}

function unreachable(): ContentRefused {
  const detail =
    'hosted images need an address that recipients can reach: set SLUICE_PUBLIC_URL for the API and every worker, ' +
    'and start them again; or leave "images" out, then they are in the mail';
  return new ContentRefused([{ pointer: '/content/images', line: 1, column: 1, detail }]);
}
