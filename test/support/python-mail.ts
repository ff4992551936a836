import { execFileSync, spawnSync } from 'node:child_process';

/** One MIME part as Python's own `email` package reads it. */
export interface PythonPart {
  readonly type: string;
  readonly charset: string | null;
  readonly disposition: string | null;
  readonly filename: string | null;
  readonly contentId: string | null;
  readonly parameters: Readonly<Record<string, string>>;
  /** Decoded from its transfer encoding. */
  readonly bytes: Buffer;
}

export interface PythonMail {
  /** Decoded; in the order of the mail. */
  readonly headers: readonly (readonly [string, string])[];
  /** What the reader found wrong with the mail. */
  readonly defects: readonly string[];
  /** The leaves, in order. */
  readonly parts: readonly PythonPart[];
  /** Types of the multiparts around them, outermost first. */
  readonly multiparts: readonly string[];
}

export const noPython =
  spawnSync('python3', ['-c', 'import email.policy']).status === 0 ? null : 'there is no python3 here';

const program = `
import sys, json, base64, email, email.policy
answer = []
for text in json.load(sys.stdin):
    mail = email.message_from_bytes(base64.b64decode(text), policy=email.policy.default)
    parts, multiparts, defects = [], [], [type(d).__name__ for d in mail.defects]
    for part in mail.walk():
        defects += [type(d).__name__ for d in part.defects]
        if part.is_multipart():
            multiparts.append(part.get_content_type())
            continue
        parts.append({
            "type": part.get_content_type(), "charset": part.get_content_charset(), "disposition": part.get_content_disposition(),
            "filename": part.get_filename(), "contentId": part["content-id"] and str(part["content-id"]),
            "parameters": dict(part["content-type"].params) if part["content-type"] else {},
            "bytes": base64.b64encode(part.get_payload(decode=True) or b"").decode(),
        })
    headers = [[name, str(value)] for name, value in mail.items()]
    for name, value in mail.items():
        defects += [type(d).__name__ for d in value.defects]
    answer.append({"headers": headers, "defects": defects, "parts": parts, "multiparts": multiparts})
json.dump(answer, sys.stdout)
`;

interface WireMail extends Omit<PythonMail, 'parts'> {
  readonly parts: readonly (Omit<PythonPart, 'bytes'> & { readonly bytes: string })[];
}

/** Reads many mails in one process: starting Python takes longer than reading them. */
export function readInPython(mails: readonly Uint8Array[]): PythonMail[] {
  const input = JSON.stringify(mails.map((mail) => Buffer.from(mail).toString('base64')));
  const output = execFileSync('python3', ['-c', program], {
    input,
    encoding: 'utf8',
    maxBuffer: 512 * 1_048_576,
  });
  // The program above writes this shape.
  return (JSON.parse(output) as WireMail[]).map((mail) => ({
    ...mail,
    parts: mail.parts.map((part) => ({ ...part, bytes: Buffer.from(part.bytes, 'base64') })),
  }));
}
