import { createHash } from 'node:crypto';
import PostalMime from 'postal-mime';

export interface ReadMessage {
  readonly subject: string;
  readonly text: string | null;
  readonly html: string | null;
  /** In the order of the wire, unfolded. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly attachments: readonly {
    readonly name: string | null;
    readonly type: string;
    readonly size: number;
    /** Of the file, in hexadecimal. */
    readonly sha256: string;
  }[];
}

/** What a mail program sees in the bytes of a mail. */
export async function readMessage(bytes: Uint8Array): Promise<ReadMessage> {
  const mail = await PostalMime.parse(bytes);
  return {
    subject: mail.subject ?? '',
    text: mail.text ?? null,
    html: mail.html ?? null,
    headers: mail.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
    attachments: mail.attachments.map(({ filename, mimeType, content }) => {
      // Without an encoding asked for, files come as bytes.
      const file = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as ArrayBuffer);
      return {
        name: filename,
        type: mimeType,
        size: file.length,
        sha256: createHash('sha256').update(file).digest('hex'),
      };
    }),
  };
}
