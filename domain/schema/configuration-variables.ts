import { z } from 'zod';
import { maxDocumentBytes } from '../document-type.ts';
import { durationSchema } from './duration.ts';

/** What a variable means to the person who sets it. */
interface Variable {
  readonly description: string;
  /** Shown in .env.example. */
  readonly example: string;
  /** What is taken when it is not set. */
  readonly otherwise?: string;
  /** May be given as NAME_FILE with the path of a file, and is never shown in a message. */
  readonly secret?: boolean;
}

/** Every variable that Sluice reads; those of the `temporal` CLI that are not here are read by Temporal's own library. */
export const variables: Readonly<Record<VariableName, Variable>> = {
  DATABASE_URL: {
    description: 'PostgreSQL 15 or newer. Not set: `npm start` runs one of its own in the data folder.',
    example: 'postgres://sluice:password@127.0.0.1:5432/sluice',
    secret: true,
  },
  TEMPORAL_ADDRESS: {
    description:
      'Temporal server or Temporal Cloud; the other variables of the `temporal` CLI (TEMPORAL_API_KEY, TEMPORAL_TLS_…) ' +
      'work too. Not set: `npm start` runs the development server in the data folder.',
    example: '127.0.0.1:7233',
  },
  TEMPORAL_NAMESPACE: {
    description: 'Temporal namespace of the campaigns.',
    example: 'default',
    otherwise: 'default',
  },
  TEMPORAL_CLI_PATH: {
    description:
      'The `temporal` program for `npm start`. Not set: the one on the PATH, else it is fetched once.',
    example: '/usr/local/bin/temporal',
  },
  SMTP_URL: {
    description:
      'The relay that takes the mails: smtp:// (STARTTLS when offered), smtp://…?requireTLS, smtps://, or sendmail: for a program here. ' +
      'Not set: `npm start` runs a sink that delivers nothing.',
    example: 'smtp://user:password@smtp.example.com:587?requireTLS',
    secret: true,
  },
  SLUICE_HTTP: {
    description: 'Where the HTTP API listens.',
    example: '127.0.0.1:8080',
    otherwise: '127.0.0.1:8080',
  },
  SLUICE_DATA_DIR: {
    description:
      'Folder for everything that `npm start` keeps: database, Temporal, received mails, logs, API key.',
    example: '.sluice',
    otherwise: '.sluice',
  },
  SLUICE_PUBLIC_URL: {
    description:
      'Address under which recipients reach the API, for response and download links in mails; API and workers need the same. ' +
      'Not set: `npm start` takes its own as long as mails go to the sink, else a mail with such links is refused.',
    example: 'https://sluice.example.com',
  },
  SLUICE_DOCUMENTS_DIR: {
    description:
      'Folder of the documents that may go out with mails; the API watches it. Each API process needs the same one, or only one has it. ' +
      'Not set: documents come by upload alone.',
    example: '/srv/documents',
  },
  SLUICE_DOCUMENT_LIMIT: {
    description:
      'Largest document that goes out as an attachment (in a mail it grows by a third); those of one mail have twice that together. ' +
      'Larger ones, up to 100 MB, go out as links.',
    example: '10MB',
    otherwise: '10MB',
  },
  SLUICE_TEMPORAL_UI: {
    description: 'Address of the Temporal UI, for links from campaigns to their runs.',
    example: 'http://127.0.0.1:8233',
  },
  SLUICE_SMTP_CONNECTIONS: {
    description: 'Connections to the relay that one worker keeps.',
    example: '10',
    otherwise: '10',
  },
  SLUICE_INTENT_WINDOW: {
    description:
      'Mails that one worker may have on the way without a recorded outcome; a crash leaves at most so many in doubt.',
    example: '100',
    otherwise: '100',
  },
  SLUICE_DEFER_BACKOFF: {
    description: 'Waits after the first, second, … temporary refusal (4xx); the last one is repeated.',
    example: '5m,15m,1h,4h,6h',
    otherwise: '5m,15m,1h,4h,6h',
  },
  SLUICE_DEFER_LIMIT: {
    description: 'A mail that is still refused after this time is given up as failed.',
    example: '48h',
    otherwise: '48h',
  },
  SLUICE_LOG_LEVEL: {
    description: 'fatal, error, warn, info, debug, trace or silent.',
    example: 'info',
    otherwise: 'info',
  },
  SLUICE_DKIM_DOMAIN: {
    description: 'Domain that signs (DKIM d=). Domain, selector and key are set together or not at all.',
    example: 'example.com',
  },
  SLUICE_DKIM_SELECTOR: {
    description: 'Name of the key below _domainkey (DKIM s=).',
    example: 'sluice',
  },
  SLUICE_DKIM_KEY: {
    description: 'Private key in PEM form (RSA of 2048 bits or Ed25519); usually as SLUICE_DKIM_KEY_FILE.',
    example: '/etc/sluice/dkim.pem',
    secret: true,
  },
};

export type VariableName = keyof typeof variableSchemas;

const day = 86_400_000;
const backoffStep = durationSchema({ minMs: 1_000, maxMs: 7 * day, range: '1s to 7d' });

/** How the text of each variable becomes a value. */
export const variableSchemas = {
  DATABASE_URL: matching(
    /^postgres(ql)?:\/\/\S+$/,
    'must be of the form postgres://user:password@host:port/database',
  ),
  TEMPORAL_ADDRESS: shown(
    /^[^\s/:]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/,
    'must be host:port, like 127.0.0.1:7233',
  ),
  TEMPORAL_NAMESPACE: shown(/^\S{1,255}$/, 'must be a name without blanks'),
  TEMPORAL_CLI_PATH: z.string(),
  SMTP_URL: matching(
    /^(?:smtps?:\/\/\S+|sendmail:(?:\/\S+)?)$/,
    'must be of the form smtp://user:password@host:port, smtps://… or sendmail:/path/of/the/program',
  ),
  SLUICE_HTTP: z.string().transform(hostAndPort),
  SLUICE_DATA_DIR: z.string(),
  SLUICE_PUBLIC_URL: shown(
    /^https?:\/\/[^\s/]+\/?$/,
    'must be http:// or https:// with a host and no path',
  ).transform((url) => url.replace(/\/$/, '')),
  SLUICE_DOCUMENTS_DIR: z.string(),
  SLUICE_DOCUMENT_LIMIT: z.string().transform(documentLimit),
  SLUICE_TEMPORAL_UI: shown(/^https?:\/\/\S+$/, 'must be http:// or https:// with a host').transform((url) =>
    url.replace(/\/$/, ''),
  ),
  SLUICE_SMTP_CONNECTIONS: wholeNumber(1, 1_000),
  SLUICE_INTENT_WINDOW: wholeNumber(1, 10_000),
  SLUICE_DEFER_BACKOFF: z
    .string()
    .transform((text) => text.split(',').map((step) => step.trim()))
    .pipe(z.array(backoffStep).max(20)),
  SLUICE_DEFER_LIMIT: durationSchema({ minMs: 1_000, maxMs: 30 * day, range: '1s to 30d' }),
  SLUICE_LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  SLUICE_DKIM_DOMAIN: shown(
    /^(?=.{1,253}$)([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}$/i,
    'must be a domain name in ASCII',
  ).transform((domain) => domain.toLowerCase()),
  SLUICE_DKIM_SELECTOR: shown(
    /^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$/i,
    'must be a selector, like sluice or 2026-12',
  ),
  SLUICE_DKIM_KEY: matching(
    /^-----BEGIN (RSA )?PRIVATE KEY-----[\s\S]+-----END (RSA )?PRIVATE KEY-----\s*$/,
    'must be a private key in PEM form, without a passphrase; set SLUICE_DKIM_KEY_FILE to the path of its file',
  ),
};

/** A secret's form; what was given is not repeated. */
function matching(form: RegExp, fault: string) {
  return z.string().regex(form, `${fault} (value not shown)`);
}

function shown(form: RegExp, fault: string) {
  return z.string().regex(form, { error: (issue) => `${fault} (got ${JSON.stringify(issue.input)})` });
}

function wholeNumber(min: number, max: number) {
  return z.string().transform((text, context) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    context.addIssue({
      code: 'custom',
      message: `must be a whole number from ${min} to ${max} (got ${JSON.stringify(text)})`,
    });
    return z.NEVER;
  });
}

function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, {
    error: (issue) => `must be one of ${values.join(', ')} (got ${JSON.stringify(issue.input)})`,
  });
}

function documentLimit(text: string, context: z.core.$RefinementCtx<string>): number {
  const [, digits, unit] = /^(\d{1,6}) ?(kB|MB)$/i.exec(text.trim()) ?? [];
  const bytes = Number(digits) * (unit?.toLowerCase() === 'kb' ? 1_000 : 1_000_000);
  if (bytes >= 1_000 && bytes <= maxDocumentBytes) return bytes;
  context.addIssue({
    code: 'custom',
    message: `must be a size from 1kB to 100MB, like 10MB (got ${JSON.stringify(text)})`,
  });
  return z.NEVER;
}

function hostAndPort(text: string, context: z.core.$RefinementCtx<string>): { host: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host !== undefined && port <= 65_535) return { host, port };
  context.addIssue({
    code: 'custom',
    message: `must be host:port, like 127.0.0.1:8080, with a port up to 65535 (got ${JSON.stringify(text)})`,
  });
  return z.NEVER;
}
