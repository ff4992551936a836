import { constants, type Dirent, type Stats } from 'node:fs';
import { lstat, open, readdir, realpath, stat, type FileHandle } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { SeenFile } from '../../db/document-files.ts';
import { isPassedOver } from '../../domain/document-name.ts';

/** A file below the folder, with where it really is. */
export interface FolderFile extends SeenFile {
  readonly place: string;
}

export interface FolderListing {
  readonly files: readonly FolderFile[];
  /** What is there and is no file of the folder, by path; why. */
  readonly faults: ReadonlyMap<string, string>;
  /** What could not be looked at this time: it does not count as gone, nor does anything below it. */
  readonly unread: readonly string[];
}

const maxDepth = 20;
const maxFiles = 20_000;

/**
 * Everything below the folder. Links to files within it are followed, links to anywhere else and to folders are not: who may write
 * into the folder must not read the rest of the server with it. Throws an error in words when the folder itself cannot be read.
 */
export async function listFolder(folder: string): Promise<FolderListing> {
  const root = await realpath(folder).catch((cause: unknown) => refuseFolder(folder, cause));
  const files: FolderFile[] = [];
  const faults = new Map<string, string>();
  const unread: string[] = [];
  const open: { path: string; depth: number }[] = [{ path: '', depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path, depth } = next;
    const entries = await readdir(join(root, path), { withFileTypes: true }).catch((cause: unknown) => {
      if (path === '') return refuseFolder(folder, cause);
      unread.push(path);
      faults.set(path, `the folder cannot be read (${codeOf(cause)}); let the user of the API read it`);
      return [];
    });
    for (const entry of entries) {
      if (isPassedOver(entry.name)) continue;
      const inner = path === '' ? entry.name : `${path}/${entry.name}`;
      if (!entry.isDirectory()) {
        const found = await look(root, inner, entry);
        if (found !== null && 'fault' in found) {
          faults.set(inner, found.fault);
          if (found.unread === true) unread.push(inner);
        } else if (found !== null) files.push(found);
      } else if (depth < maxDepth) open.push({ path: inner, depth: depth + 1 });
      else faults.set(inner, `is more than ${maxDepth} folders deep; move it up`);
    }
    if (files.length > maxFiles)
      throw new Error(
        `SLUICE_DOCUMENTS_DIR has more than ${maxFiles} files; keep only documents that are to be sent there`,
      );
  }
  return { files, faults, unread };
}

/** Opens a listed file for reading, if it still is the one that was listed; null: it is not. */
export async function openListed({ place, size, mtimeMs }: FolderFile): Promise<FileHandle | null> {
  // A link or a pipe that was put in its place meanwhile is not followed and not waited for.
  const handle = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (await isAsListed(handle, { size, mtimeMs })) return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return null;
}

/** Whether nobody has written to a file since it was listed. */
export async function isAsListed(
  handle: FileHandle,
  { size, mtimeMs }: Pick<SeenFile, 'size' | 'mtimeMs'>,
): Promise<boolean> {
  const now = await handle.stat();
  return now.isFile() && now.size === size && Math.trunc(now.mtimeMs) === mtimeMs;
}

/** The file, or why it is none; null: it has gone meanwhile. */
async function look(
  root: string,
  path: string,
  entry: Dirent,
): Promise<FolderFile | { readonly fault: string; readonly unread?: boolean } | null> {
  try {
    const place = entry.isSymbolicLink() ? await realpath(join(root, path)) : join(root, path);
    if (!place.startsWith(root.endsWith(sep) ? root : root + sep))
      return { fault: 'is a link that leads out of the documents folder; copy the file into it instead' };
    const found: Stats = entry.isSymbolicLink() ? await stat(place) : await lstat(place);
    if (found.isDirectory()) return { fault: 'is a link to a folder; copy the folder instead' };
    if (!found.isFile()) return { fault: 'is no file (a pipe, a socket or a device); remove it' };
    return { path, place, size: found.size, mtimeMs: Math.trunc(found.mtimeMs) };
  } catch (cause) {
    const code = codeOf(cause);
    if (entry.isSymbolicLink())
      return { fault: `is a link that leads nowhere (${code}); copy the file instead` };
    const fault = `cannot be looked at (${code}); let the user of the API read its folder`;
    // What cannot be decoded cannot be opened by its name either.
    if (code === 'ENOENT' && path.includes('\uFFFD'))
      return { fault: 'has letters in its name or in its folder’s that are no UTF-8; give it another name' };
    return code === 'ENOENT' ? null : { fault, unread: true };
  }
}

function refuseFolder(folder: string, cause: unknown): never {
  const code = codeOf(cause);
  const why =
    code === 'ENOENT'
      ? 'is not there; make it, or mount what should be there'
      : code === 'ENOTDIR'
        ? 'is no folder; name the folder that holds the documents'
        : `cannot be read (${code}); let the user of the API read it`;
  throw new Error(`SLUICE_DOCUMENTS_DIR (${folder}) ${why}`, { cause });
}

export function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}
