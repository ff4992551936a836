import { z } from 'zod';
import { nearest } from '../nearest-name.ts';
import { variables, variableSchemas } from './configuration-variables.ts';

// Those with a default always have a text: it is filled in before.
const environment = z.object(variableSchemas).partial({
  DATABASE_URL: true,
  TEMPORAL_ADDRESS: true,
  TEMPORAL_CLI_PATH: true,
  SMTP_URL: true,
  SLUICE_PUBLIC_URL: true,
  SLUICE_DOCUMENTS_DIR: true,
  SLUICE_TEMPORAL_UI: true,
  SLUICE_DKIM_DOMAIN: true,
  SLUICE_DKIM_SELECTOR: true,
  SLUICE_DKIM_KEY: true,
});
type Values = z.output<typeof environment>;

type Environment = Readonly<Record<string, string | undefined>>;

/** What every process of Sluice may read. */
export interface Configuration {
  readonly databaseUrl: string | null;
  /** Null: the address comes from a profile of the `temporal` CLI, or the stack runs its own server. */
  readonly temporalAddress: string | null;
  readonly temporalNamespace: string;
  readonly smtpUrl: string | null;
  readonly http: { readonly host: string; readonly port: number };
  readonly dataDir: string;
  readonly publicUrl: string | null;
  /** Null: no folder is watched. */
  readonly documentsDir: string | null;
  /** Of one attachment; those of one mail have twice that together. */
  readonly documentLimitBytes: number;
  readonly temporalUi: string | null;
  readonly smtpConnections: number;
  readonly intentWindow: number;
  readonly deferBackoffMs: readonly number[];
  readonly deferLimitMs: number;
  readonly logLevel: NonNullable<Values['SLUICE_LOG_LEVEL']>;
  /** Null: mails are not signed. `privateKey` is PEM text. */
  readonly dkim: { readonly domain: string; readonly selector: string; readonly privateKey: string } | null;
}

/** By process: what it cannot do without is never null. */
export interface ConfigurationOf {
  readonly api: Configuration & { readonly databaseUrl: string };
  readonly worker: Configuration & { readonly databaseUrl: string; readonly smtpUrl: string };
  readonly stack: Configuration;
}

/** Everything that is wrong with the environment, all at once; the message has one line for each fault. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`the configuration is wrong:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/**
 * Reads the environment for a process. `readSecret` gives the text of the file that a NAME_FILE variable names. An empty
 * value counts as not set. Throws ConfigurationError.
 */
export function readConfiguration<Process extends keyof ConfigurationOf>(
  env: Environment,
  needs: Process,
  readSecret: (path: string) => string,
): ConfigurationOf[Process];
export function readConfiguration(
  env: Environment,
  needs: keyof ConfigurationOf,
  readSecret: (path: string) => string,
): Configuration {
  const faults = [...unknownNames(env)];
  const given = withFiles(env, readSecret, faults);
  const missing = missingNames(given, env, needs);
  const read = environment.safeParse({ ...defaults, ...given });
  faults.push(
    ...(read.error?.issues ?? []).map((issue) => `${String(issue.path[0])} ${issue.message}`),
    ...missing,
  );
  const dkim = dkimNames.filter((name) => given[name] !== undefined).length;
  if (dkim !== 0 && dkim !== dkimNames.length) faults.push(incompleteDkim);
  if (!read.success || faults.length > 0) throw new ConfigurationError(faults);
  return toConfiguration(read.data);
}

const dkimNames = ['SLUICE_DKIM_DOMAIN', 'SLUICE_DKIM_SELECTOR', 'SLUICE_DKIM_KEY'];
const incompleteDkim =
  'SLUICE_DKIM_DOMAIN, SLUICE_DKIM_SELECTOR and SLUICE_DKIM_KEY belong together and one is missing; ' +
  'set all three to sign mails, or none';

const defaults = Object.fromEntries(
  Object.entries(variables).flatMap(([name, { otherwise }]) =>
    otherwise === undefined ? [] : [[name, otherwise]],
  ),
);

function* unknownNames(env: Environment): Generator<string> {
  const known = Object.entries(variables).flatMap(([name, { secret }]) =>
    secret === true ? [name, `${name}_FILE`] : [name],
  );
  for (const name of Object.keys(env)) {
    if (!name.startsWith('SLUICE_') || known.includes(name)) continue;
    yield `${name} is not a setting of Sluice; did you mean ${nearest(name, known)}? Correct the name or unset it`;
  }
}

/** The variables that are set, with the text of the files that NAME_FILE variables name. */
function withFiles(
  env: Environment,
  readSecret: (path: string) => string,
  faults: string[],
): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, { secret }] of Object.entries(variables)) {
    const value = env[name];
    const path = secret === true ? env[`${name}_FILE`] : undefined;
    if (isSet(value) && isSet(path)) faults.push(`${name} and ${name}_FILE are both set; unset one of them`);
    else if (isSet(value)) given[name] = value;
    else if (isSet(path)) {
      try {
        given[name] = readSecret(path).trim();
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        faults.push(
          `${name}_FILE names a file that cannot be read (${why}); correct the path or the file's rights`,
        );
      }
    }
  }
  return given;
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

/** Started alone, api and worker do not guess; the stack has parts of its own. */
function* missingNames(
  given: Readonly<Record<string, string>>,
  env: Environment,
  needs: keyof ConfigurationOf,
): Generator<string> {
  if (needs === 'stack') return;
  const hasProfile = isSet(env['TEMPORAL_PROFILE']) || isSet(env['TEMPORAL_CONFIG_FILE']);
  const needed = [
    'DATABASE_URL',
    ...(hasProfile ? [] : ['TEMPORAL_ADDRESS']),
    ...(needs === 'worker' ? ['SMTP_URL'] : []),
  ];
  for (const name of needed) {
    if (given[name] !== undefined || isSet(env[`${name}_FILE`])) continue;
    yield `${name} is not set; set it (see .env.example), or run everything on this machine with: npm start`;
  }
}

function toConfiguration(values: Values): Configuration {
  return {
    databaseUrl: values.DATABASE_URL ?? null,
    temporalAddress: values.TEMPORAL_ADDRESS ?? null,
    temporalNamespace: values.TEMPORAL_NAMESPACE,
    smtpUrl: values.SMTP_URL ?? null,
    http: values.SLUICE_HTTP,
    dataDir: values.SLUICE_DATA_DIR,
    publicUrl: values.SLUICE_PUBLIC_URL ?? null,
    documentsDir: values.SLUICE_DOCUMENTS_DIR ?? null,
    documentLimitBytes: values.SLUICE_DOCUMENT_LIMIT,
    temporalUi: values.SLUICE_TEMPORAL_UI ?? null,
    smtpConnections: values.SLUICE_SMTP_CONNECTIONS,
    intentWindow: values.SLUICE_INTENT_WINDOW,
    deferBackoffMs: values.SLUICE_DEFER_BACKOFF,
    deferLimitMs: values.SLUICE_DEFER_LIMIT,
    logLevel: values.SLUICE_LOG_LEVEL,
    dkim: dkimOf(values),
  };
}

function dkimOf(values: Values): Configuration['dkim'] {
  const { SLUICE_DKIM_DOMAIN: domain, SLUICE_DKIM_SELECTOR: selector, SLUICE_DKIM_KEY: privateKey } = values;
  if (domain === undefined || selector === undefined || privateKey === undefined) return null;
  return { domain, selector, privateKey };
}
