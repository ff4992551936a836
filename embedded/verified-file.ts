import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Program } from './program.ts';

/** SHA-256 of a file in hex. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/** The pinned checksum of this machine's binary; undefined for a platform without one. */
export function pinnedSha256(program: Program): string | undefined {
  return program.sha256[`${process.platform}-${process.arch}`];
}

/** Keeps the checksum of a binary whose source was checked; `target` is where the binary will lie. */
export async function recordSha256(binary: string, target: string): Promise<void> {
  const recorded = `${binary}.sha256`;
  writeFileSync(recorded, await sha256(binary));
  renameSync(recorded, `${target}.sha256`);
}

/** True when the file is the pinned binary, or what the official release gave when it was fetched. */
export async function verifiedSha256(file: string, program: Program): Promise<boolean> {
  const actual = await sha256(file);
  return actual === pinnedSha256(program) || actual === recordedSha256(file);
}

function recordedSha256(file: string): string | undefined {
  try {
    return readFileSync(`${file}.sha256`, 'utf8').trim();
  } catch {
    return undefined;
  }
}
