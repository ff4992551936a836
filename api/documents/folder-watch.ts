import type { Logger } from 'pino';
import { replaceDocumentFaults } from '../../db/document-faults.ts';
import {
  forgetDocumentFiles,
  keepDocumentFile,
  listDocumentFiles,
  type SeenFile,
} from '../../db/document-files.ts';
import { folderName } from '../../db/documents.ts';
import type { Database } from '../../db/open.ts';
import { readDocumentPath, visible } from '../../domain/document-name.ts';
import { DocumentRefused } from './document-refused.ts';
import { codeOf, isAsListed, listFolder, openListed, type FolderFile } from './list-folder.ts';
import { openedFile } from './opened-file.ts';
import { examine, oneAtATime } from './take-in.ts';

export interface FolderWatchOptions {
  readonly db: Database;
  readonly log: Logger;
  readonly folder: string;
  readonly everyMs?: number;
  /** How long a file must stay as it is before it is taken in. */
  readonly stableMs?: number;
}

/** Of the path of a fault, in UTF-16 units: an index holds up to 2,700 bytes. */
const maxPath = 600;

/** The whole folder, as the path of a fault. */
const wholeFolder = '.';

/**
 * Keeps the documents in line with a folder.
 *
 * Semantics
 * - A file is taken in when its size and time have stayed as they are for a while, and only if they are the same after it was read:
 *   a copy under way is nobody's document.
 * - What is known with the same size and time is not read again. Several processes may watch the same folder: every change is one
 *   transaction that can be repeated, in the order of one lock.
 * - A folder that cannot be read takes nothing out: a share that is not mounted must not end campaigns.
 *
 * Implementation
 * - The folder is looked at again and again, because shares of other machines tell nobody what changes in them; a look is one `lstat`
 *   for each file. A folder in which a look takes long is looked at less often.
 */
export class FolderWatch {
  readonly #options: FolderWatchOptions;
  readonly #waiting = new Map<string, SeenFile & { readonly since: number }>();
  readonly #refused = new Map<string, SeenFile & { readonly reason: string }>();
  #trouble: string | null = null;

  constructor(options: FolderWatchOptions) {
    this.#options = options;
  }

  /** One look at the whole folder. Throws only when the database does. */
  async look(): Promise<void> {
    const { db, folder, log } = this.#options;
    const listing = await listFolder(folder).catch((error: unknown) =>
      error instanceof Error ? error : new Error(String(error)),
    );
    const trouble = listing instanceof Error ? listing.message : null;
    if (trouble !== this.#trouble)
      log[trouble === null ? 'info' : 'warn'](trouble ?? 'the documents folder can be read');
    this.#trouble = trouble;
    if (listing instanceof Error) return replaceDocumentFaults(db, new Map([[wholeFolder, listing.message]]));
    const known = await listDocumentFiles(db);
    const faults = new Map(listing.faults);
    const gone = new Set(known.keys());
    for (const file of listing.files) {
      const reason = await this.#lookAt(file, known.get(file.path));
      // Only a file that was refused is no document any more; one that cannot be read now still is what it was.
      if (!this.#refused.has(file.path)) gone.delete(file.path);
      if (reason !== null) faults.set(file.path, reason);
    }
    for (const path of gone)
      if (listing.unread.some((unread) => path === unread || path.startsWith(`${unread}/`)))
        gone.delete(path);
    await forgetDocumentFiles(db, [...gone]);
    await replaceDocumentFaults(
      db,
      new Map([...faults].map(([path, reason]) => [visible(path).slice(0, maxPath), reason])),
    );
    this.#forgetGone(new Set(listing.files.map(({ path }) => path)));
  }

  /** Why a file is no document; null: it is one, or it is too early to say. */
  async #lookAt(file: FolderFile, known: SeenFile | undefined): Promise<string | null> {
    if (known !== undefined && isSame(known, file)) return null;
    const refused = this.#refused.get(file.path);
    if (refused !== undefined && isSame(refused, file)) return refused.reason;
    this.#refused.delete(file.path);
    return this.#isStable(file) ? this.#takeIn(file) : null;
  }

  #isStable(file: FolderFile): boolean {
    const now = performance.now();
    const waiting = this.#waiting.get(file.path);
    if (waiting !== undefined && isSame(waiting, file))
      return now - waiting.since >= (this.#options.stableMs ?? 2_000);
    this.#waiting.set(file.path, { ...file, since: now });
    return false;
  }

  async #takeIn(file: FolderFile): Promise<string | null> {
    const name = readDocumentPath(file.path);
    if (!name.ok) return this.#refuse(file, name.why);
    try {
      const handle = await openListed(file);
      if (handle === null) return null;
      try {
        const opened = openedFile(handle, name.name, file.size);
        const examined = await examine(opened, name);
        // Written to meanwhile: it waits until it has been quiet again.
        if (examined.size !== file.size || !(await isAsListed(handle, file))) return null;
        const made = { ...examined, origin: 'folder', path: file.path, by: folderName } as const;
        const { db, log } = this.#options;
        const { document, created } = await oneAtATime(() =>
          keepDocumentFile(db, file, made, opened.stream()),
        );
        if (created) log.info({ documentId: document.id }, 'took a document in from the folder');
        return null;
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (error instanceof DocumentRefused) return this.#refuse(file, error.message);
      const code = codeOf(error);
      if (code === 'ENOENT') return null;
      if (!fileCodes.has(code)) throw error;
      return `cannot be read (${code}); let the user of the API read it`;
    }
  }

  /** Remembered until the file changes. */
  #refuse(file: FolderFile, reason: string): string {
    this.#refused.set(file.path, { ...file, reason });
    return reason;
  }

  #forgetGone(paths: ReadonlySet<string>): void {
    for (const map of [this.#waiting, this.#refused])
      for (const path of map.keys()) if (!paths.has(path)) map.delete(path);
  }
}

/** Watches the folder, if there is one. Without one, what was said of an earlier one is forgotten. Returns what ends it. */
export function watchDocumentsIn(
  folder: string | null,
  { db, log }: { readonly db: Database; readonly log: Logger },
): () => Promise<void> {
  if (folder !== null) return watchDocuments({ db, log, folder });
  // Should the database be away now, the faults stay until the next start: nothing depends on them.
  const forgetting = replaceDocumentFaults(db, new Map()).catch(() => undefined);
  return async () => forgetting;
}

/** Looks at the folder now and ever again. Returns what ends it. */
export function watchDocuments(options: FolderWatchOptions): () => Promise<void> {
  const { log, everyMs = 2_000 } = options;
  const watch = new FolderWatch(options);
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const turn = async (): Promise<void> => {
    const began = performance.now();
    try {
      await watch.look();
    } catch (err) {
      log.warn({ err }, 'could not look at the documents folder; trying again');
    }
    const tookMs = performance.now() - began;
    if (!stopped) timer = setTimeout(next, Math.max(everyMs, 20 * tookMs));
  };
  let running = turn();
  function next(): void {
    running = turn();
  }
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}

function isSame(one: SeenFile, other: SeenFile): boolean {
  return one.size === other.size && one.mtimeMs === other.mtimeMs;
}

/** What a file system says of a file; the database's network has other codes. */
const fileCodes = new Set([
  'EACCES',
  'EPERM',
  'EBUSY',
  'EIO',
  'EISDIR',
  'ELOOP',
  'ENXIO',
  'ESTALE',
  'ENODEV',
]);
