import type { Login, Relay } from './relay.ts';

/**
 * Reads SMTP_URL: `smtp://user:password@host:port` or `smtps://…`, with these names behind `?`:
 *
 * - `requireTLS`: STARTTLS or nothing;  `ignoreTLS`: never STARTTLS;
 * - `auth=plain|login|xoauth2`: the way to log in (xoauth2 takes the access token as the password);
 * - `insecureTLS`: take any certificate;  `insecureAuth`: send the password without TLS to another machine;
 * - `name=…`: the name to greet with.
 *
 * Without a port: 465 for smtps, 587 with a login, 25 without. Throws an Error that never shows user or password.
 */
export function parseSmtpUrl(text: string): Relay {
  const url = readUrl(text);
  const implicit = url.protocol === 'smtps:';
  const login = readLogin(url);
  const requireTls = readSwitch(url, 'requireTLS');
  const ignoreTls = readSwitch(url, 'ignoreTLS');
  if (ignoreTls && (requireTls || implicit)) {
    throw new Error('SMTP_URL asks for TLS and has ignoreTLS; leave one of them out');
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: readPort(url, implicit, login),
    tls: implicit ? 'implicit' : requireTls ? 'required' : ignoreTls ? 'off' : 'opportunistic',
    insecureTls: readSwitch(url, 'insecureTLS'),
    login,
    insecureAuth: readSwitch(url, 'insecureAuth'),
    name: readName(url),
  };
}

const names: ReadonlySet<string> = new Set([
  'requireTLS',
  'ignoreTLS',
  'insecureTLS',
  'insecureAuth',
  'auth',
  'name',
]);

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && url.protocol !== 'smtp:' && url.protocol !== 'smtps:') {
    throw new Error(`SMTP_URL must begin with smtp:// or smtps:// (got ${url.protocol}); correct the scheme`);
  }
  // An @ behind the host means that a character of the password cut the URL in two: show nothing of it.
  const cut = url !== null && /@/.test(`${url.pathname}${url.search}${url.hash}`);
  if (url === null || cut || url.hostname === '' || url.hash !== '') throw new Error(malformed);
  if (url.pathname !== '' && url.pathname !== '/') throw new Error(malformed);
  for (const name of new Set(url.searchParams.keys())) {
    if (!names.has(name)) {
      throw new Error(`SMTP_URL has an unknown setting ?${name}; known are ${[...names].join(', ')}`);
    }
    if (url.searchParams.getAll(name).length > 1) {
      throw new Error(`SMTP_URL has ?${name} more than once; leave one of them`);
    }
  }
  return url;
}

const malformed =
  'SMTP_URL is not of the form smtp://user:password@host:port (value not shown); ' +
  'write @ : / ? # % in user or password as %40 %3A %2F %3F %23 %25';

function readLogin(url: URL): Login | null {
  const method = readMethod(url);
  if (url.username === '' && url.password === '') {
    if (method === null) return null;
    throw new Error('SMTP_URL has ?auth but no user and password; write smtp://user:password@host');
  }
  if (url.username === '' || url.password === '') {
    throw new Error(
      'SMTP_URL has only one of user and password; write both, or none for a relay without login',
    );
  }
  return { user: decode(url.username), secret: decode(url.password), method };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    throw new Error(malformed, { cause: error });
  }
}

function readMethod(url: URL): Login['method'] {
  const value = url.searchParams.get('auth');
  switch (value?.toUpperCase()) {
    case undefined:
      return null;
    case 'PLAIN':
      return 'PLAIN';
    case 'LOGIN':
      return 'LOGIN';
    case 'XOAUTH2':
      return 'XOAUTH2';
    default:
      throw new Error(`SMTP_URL has ?auth=${value}; it must be plain, login or xoauth2`);
  }
}

function readSwitch(url: URL, name: string): boolean {
  const value = url.searchParams.get(name);
  if (value === null || value === 'false') return false;
  if (value === '' || value === 'true') return true;
  throw new Error(`SMTP_URL has ?${name}=${value}; it must be true or false`);
}

function readPort(url: URL, implicit: boolean, login: Login | null): number {
  if (url.port === '0') throw new Error('SMTP_URL has port 0; it must be 1–65535');
  if (url.port !== '') return Number(url.port);
  if (implicit) return 465;
  return login === null ? 25 : 587;
}

function readName(url: URL): string | null {
  const name = url.searchParams.get('name');
  if (name === null || /^(?:[a-z0-9.-]+|\[[a-z0-9:.]+\])$/i.test(name)) return name;
  throw new Error('SMTP_URL has a ?name that is no host name; write one such as mail.example.com');
}
