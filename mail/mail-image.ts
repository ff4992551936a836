import type { EncodedBytes } from './attachment.ts';
import { faultAt, type ContentFault } from './content/faults.ts';
import { imagesIn } from './content/image-references.ts';

/** A stored image as the mails of one campaign show it. */
export interface MailImage {
  readonly name: string;
  readonly type: string;
  /** Hosted: where everybody can load it. Null: it is in the mail. */
  readonly url: string | null;
  readonly bytes: EncodedBytes;
}

/** By name; null: stored images cannot be used here. */
export type MailImages = ReadonlyMap<string, MailImage>;

/** Images that a source names and nobody has stored. */
export function imageFaults(pointer: string, source: string, images: MailImages): ContentFault[] {
  return [...imagesIn(source)]
    .filter(([name]) => !images.has(name))
    .map(([name, offset]) =>
      faultAt(
        pointer,
        source,
        offset,
        `there is no image ${JSON.stringify(name.slice(0, 100))}; upload it with POST /v1/images, or write the address of a page's image`,
      ),
    );
}

/** Under which a mail's HTML finds an image in the mail: the same for the same bytes and sender, so that a retry is byte-equal. */
export function contentIdOf({ bytes }: MailImage, domain: string): string {
  return `${bytes.sha256.slice(0, 32)}@${domain}`;
}

export function addressOf(image: MailImage, domain: string): string {
  return image.url ?? `cid:${contentIdOf(image, domain)}`;
}
