import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Certificate } from './scripted-peer.ts';

/** A certificate for 127.0.0.1 and localhost that signs itself, made now by the openssl program, removed after the test file; null without the program. */
export function makeCertificate(): (Certificate & { readonly files: { key: string; cert: string } }) | null {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-certificate-'));
  const files = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') };
  // RSA, because OpenSMTPD 6.8 cannot sign with an elliptic curve.
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  try {
    execFileSync('openssl', [...request, ...names, '-keyout', files.key, '-out', files.cert], {
      stdio: 'pipe',
    });
  } catch (error) {
    rmSync(folder, { recursive: true });
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  afterAll(() => rmSync(folder, { recursive: true }));
  return { key: readFileSync(files.key, 'utf8'), cert: readFileSync(files.cert, 'utf8'), files };
}
