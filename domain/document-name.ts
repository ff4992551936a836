import { documentExtensions, extensionOf, type DocumentExtension } from './document-type.ts';

/** A name under which a file can go out, or why it cannot. */
export type ReadName =
  | {
      readonly ok: true;
      /** What recipients see. */
      readonly name: string;
      /** The whole path below the documents folder; the same as `name` for an upload. */
      readonly title: string;
      readonly extension: DocumentExtension;
    }
  | { readonly ok: false; readonly why: string };

/**
 * Reads the path of a file below the documents folder, or the bare name of an upload. Names are refused rather than cleaned: a name
 * that says something else than it seems to is a trick, and who gets the mail must see what was looked at. Only the form of its
 * letters is made one (NFC), because systems write the same name in two ways.
 */
export function readDocumentPath(path: string): ReadName {
  const title = path.normalize('NFC');
  if (Math.max(path.length, title.length) > maxTitle)
    return refuse(path, `is longer than ${maxTitle} characters with its folders; move it up, or shorten it`);
  const parts = title.split('/');
  for (const part of parts) {
    const why = faultOf(part);
    if (why !== null) return refuse(path, why);
  }
  const name = parts.at(-1) ?? '';
  const extension = extensionOf(name);
  if (extension === null)
    return refuse(
      path,
      `has no ending of a document; documents are ${documentExtensions.map((each) => `.${each}`).join(', ')}`,
    );
  return { ok: true, name, title, extension };
}

/** The same for the name of an upload, which has no folders. */
export function readDocumentName(name: string): ReadName {
  return name.includes('/')
    ? refuse(name, 'has a slash; give the name of the file alone, without its folder')
    : readDocumentPath(name);
}

/** Files that programs put beside documents: hidden ones, locks of office programs, copies under way. They are nobody's fault. */
export function isPassedOver(name: string): boolean {
  return (
    /^(?:\.|~\$)|(?:~|\.(?:tmp|temp|part|partial|crdownload|download|swp|lock))$/i.test(name) ||
    /^(?:thumbs\.db|desktop\.ini)$/i.test(name)
  );
}

/** Text in which nothing is invisible: for messages about names that are tricks. */
export function visible(text: string): string {
  return text.replaceAll(hidden, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16).toUpperCase()}}`;
  });
}

/** Files with longer names cannot be kept on most systems (255 bytes). */
const maxName = 150;
/** In UTF-16 units: up to 1,500 bytes, which an index can hold. */
const maxTitle = 500;

/** Controls, formats (bidi overrides, zero widths), halves of characters, private and unassigned ones, line separators. */
const hidden = /[\p{C}\p{Zl}\p{Zp}\uFFFD]/gu;
/** Joiners are needed to write Persian and several Indian languages. */
const joiners = /[\u200C\u200D]/g;
/** Direction and its overrides: with them `gpj.exe` is shown as `exe.jpg`. */
const bidi = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/;
/** Systems that recipients have cannot keep them; a colon names a hidden stream on Windows. */
const reserved = /[<>:"|?*\\]/;
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** What is wrong with one part of a path; null: nothing. */
function faultOf(part: string): string | null {
  if (part === '') return 'has a part without a name; give every folder and the file a name';
  if (part === '.' || part === '..') return 'leads out of its folder; give the path without . and ..';
  if (part.startsWith('.')) return 'begins with a dot, which hides it; rename it';
  if (bidi.test(part))
    return 'turns the direction of its letters, so that it looks like another name; rename it';
  if (part.includes('\uFFFD')) return 'is not written in UTF-8; rename it';
  if (part.replaceAll(joiners, '').search(hidden) >= 0) return 'has invisible characters; rename it';
  const [sign] = reserved.exec(part) ?? [];
  if (sign !== undefined) return `has the sign ${sign}, which not every system can keep; rename it`;
  if (/^\s|[\s.]$/u.test(part)) return 'begins or ends with a blank, or ends with a dot; rename it';
  if (devices.test(part)) return 'is the name of a device on Windows; rename it';
  if (characters(part) > maxName) return `has a name of more than ${maxName} characters; shorten it`;
  return null;
}

function characters(text: string): number {
  return Array.from(text).length;
}

function refuse(name: string, why: string): ReadName {
  const shown = Array.from(visible(name));
  return { ok: false, why: `"${shown.slice(0, 200).join('')}${shown.length > 200 ? '…' : ''}" ${why}` };
}
