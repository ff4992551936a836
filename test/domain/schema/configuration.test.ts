import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { environmentExample } from '../../../domain/schema/configuration-example.ts';
import { ConfigurationError, readConfiguration } from '../../../domain/schema/configuration.ts';
import { openTransport } from '../../../mail/open-transport.ts';

const production = {
  DATABASE_URL: 'postgres://sluice:pw@db:5432/sluice',
  TEMPORAL_ADDRESS: 'temporal:7233',
  SMTP_URL: 'smtp://user:geheim@relay:587',
};
const noFile = (path: string): string => {
  throw new Error(`no such file ${path}`);
};

function faultsOf(
  env: Record<string, string>,
  needs: 'api' | 'worker' | 'stack' = 'worker',
): readonly string[] {
  try {
    readConfiguration(env, needs, noFile);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('has the documented defaults', () => {
    expect(readConfiguration({}, 'stack', noFile)).toEqual({
      databaseUrl: null,
      temporalAddress: null,
      temporalNamespace: 'default',
      smtpUrl: null,
      http: { host: '127.0.0.1', port: 8080 },
      dataDir: '.sluice',
      publicUrl: null,
      documentsDir: null,
      documentLimitBytes: 10_000_000,
      temporalUi: null,
      smtpConnections: 10,
      intentWindow: 100,
      deferBackoffMs: [300_000, 900_000, 3_600_000, 14_400_000, 21_600_000],
      deferLimitMs: 172_800_000,
      logLevel: 'info',
      dkim: null,
    });
  });

  it('names every fault at once, each with its value and the way out', () => {
    const faults = faultsOf({
      ...production,
      SLUICE_HTTP: '80',
      SLUICE_INTENT_WINDOW: '0',
      SLUICE_DEFER_BACKOFF: '5m,soon',
      SLUICE_LOG_LEVEL: 'loud',
    });
    expect(faults).toEqual([
      'SLUICE_HTTP must be host:port, like 127.0.0.1:8080, with a port up to 65535 (got "80")',
      'SLUICE_INTENT_WINDOW must be a whole number from 1 to 10000 (got "0")',
      'SLUICE_DEFER_BACKOFF must be a duration of 1s to 7d, like 90s, 20m, 1h30m or 2d (got "soon")',
      'SLUICE_LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent (got "loud")',
    ]);
  });

  it('refuses an unknown SLUICE_ name and knows which one was meant', () => {
    expect(faultsOf({ ...production, SLUICE_INTENT_WINDWO: '5' })).toEqual([
      'SLUICE_INTENT_WINDWO is not a setting of Sluice; did you mean SLUICE_INTENT_WINDOW? Correct the name or unset it',
    ]);
  });

  it('never shows a secret', () => {
    const faults = faultsOf({
      DATABASE_URL: 'mysql://u:geheim@h/x',
      SMTP_URL: 'http://u:geheim@h',
      TEMPORAL_ADDRESS: 'h:1',
    });
    expect(faults).toHaveLength(2);
    expect(faults.join()).not.toContain('geheim');
  });

  it.each(['smtps://relay', 'sendmail:', 'sendmail:/usr/sbin/sendmail'])(
    'takes every way out that there is: %s',
    (SMTP_URL) => {
      expect(faultsOf({ ...production, SMTP_URL })).toEqual([]);
      expect(() => openTransport({ url: SMTP_URL, connections: 1 })).not.toThrow();
    },
  );

  it('reads a secret from the file that NAME_FILE names', () => {
    const { SMTP_URL: smtpUrl, ...others } = production;
    const files: Record<string, string> = { '/run/secrets/smtp': `${smtpUrl}\n` };
    const env = { ...others, SMTP_URL_FILE: '/run/secrets/smtp' };
    expect(readConfiguration(env, 'worker', (path) => files[path] ?? noFile(path)).smtpUrl).toBe(smtpUrl);
    expect(faultsOf(env)).toEqual([
      expect.stringContaining('SMTP_URL_FILE names a file that cannot be read'),
    ]);
    expect(faultsOf({ ...env, SMTP_URL: smtpUrl })).toEqual([
      'SMTP_URL and SMTP_URL_FILE are both set; unset one of them',
    ]);
  });

  it('lets api and worker not guess what they need', () => {
    const missing = (needs: 'api' | 'worker' | 'stack'): string[] =>
      faultsOf({ SMTP_URL: '' }, needs).map((fault) => fault.split(' ')[0] ?? '');
    expect(missing('api')).toEqual(['DATABASE_URL', 'TEMPORAL_ADDRESS']);
    expect(missing('worker')).toEqual(['DATABASE_URL', 'TEMPORAL_ADDRESS', 'SMTP_URL']);
    expect(missing('stack')).toEqual([]);
  });

  it('takes the Temporal address from a profile of the temporal CLI', () => {
    const { TEMPORAL_ADDRESS: _, ...others } = production;
    expect(faultsOf({ ...others, TEMPORAL_PROFILE: 'cloud' })).toEqual([]);
  });

  it('signs with all three DKIM settings or none', () => {
    expect(faultsOf({ ...production, SLUICE_DKIM_DOMAIN: 'example.com' })).toEqual([
      expect.stringContaining('belong together'),
    ]);
    const key = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----';
    const env = {
      ...production,
      SLUICE_DKIM_DOMAIN: 'Example.com',
      SLUICE_DKIM_SELECTOR: 's1',
      SLUICE_DKIM_KEY: key,
    };
    expect(readConfiguration(env, 'worker', noFile).dkim).toEqual({
      domain: 'example.com',
      selector: 's1',
      privateKey: key,
    });
  });
});

it('.env.example is what the schema says (npm run generate)', () => {
  expect(readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8')).toBe(environmentExample());
});
