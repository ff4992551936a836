import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readConfiguration } from '../../domain/schema/configuration.ts';
import { knownVariables, read, root } from './support.ts';

interface Service {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
  readonly healthcheck?: { readonly disable?: boolean; readonly test?: readonly string[] };
  readonly networks?: readonly string[];
  readonly profiles?: readonly string[];
}

const text = read('docker-compose.yml');
const compose: { services: Record<string, Service>; volumes: object } = parse(text, { merge: true });
const services = Object.entries(compose.services);

/** What `docker compose` puts in place of ${NAME:-default}; the ones that must be set get a harmless word. */
function filledIn(value: string): string {
  return value.replaceAll(
    /\$\{\w+(?::-([^}]*)|:\?[^}]*)?\}/g,
    (_, otherwise: string | undefined) => otherwise ?? 'word',
  );
}

describe('docker-compose.yml', () => {
  it('fits the schema of the Compose Specification', () => {
    const schema = JSON.parse(
      gunzipSync(readFileSync(join(root, 'test/house/fixtures/compose-spec.json.gz'))).toString('utf8'),
    );
    const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
    const validate = ajv.compile(schema);
    validate(compose);
    expect(validate.errors ?? []).toEqual([]);
    // The schema has teeth: a word that Compose does not know is found.
    expect(validate({ services: { api: { imagine: 'postgres' } } })).toBe(false);
  });

  it('pins every image to one version', () => {
    for (const [name, { image }] of services)
      expect(image, name).toMatch(/^[\w./-]+:v?\d+\.\d+(\.\d+)?(-[\w.]+)?$/);
    for (const [, image] of read('Dockerfile').matchAll(/^FROM (\S+)/gm))
      expect(image).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim$/);
  });

  it('publishes nothing but the API; pages without a login only on this machine', () => {
    const published = services.flatMap(([name, { ports }]) =>
      (ports ?? []).map((port) => ({ name, port: filledIn(port) })),
    );
    const ours = published.filter(({ name }) => name !== 'api').map(({ port }) => port);
    expect(published.map(({ name }) => name)).toContain('api');
    expect(ours.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    for (const name of ['postgres', 'temporal', 'worker'])
      expect(compose.services[name]?.ports, name).toBeUndefined();
  });

  it('gives api, worker and migrate only variables that the configuration knows', () => {
    for (const name of ['api', 'worker', 'migrate']) {
      const unknown = Object.keys(compose.services[name]?.environment ?? {}).filter(
        (variable) => !knownVariables.has(variable),
      );
      expect(unknown, name).toEqual([]);
    }
  });

  it.each(['api', 'worker'] as const)('gives the %s a configuration it can start with', (name) => {
    const environment = Object.entries(compose.services[name]?.environment ?? {}).map(([key, value]) => [
      key,
      key === 'SMTP_URL' ? 'smtp://mailpit:1025' : filledIn(value),
    ]);
    const read = readConfiguration(Object.fromEntries(environment), name, () => '');
    expect(read.databaseUrl).toBe('postgres://sluice:word@postgres:5432/sluice');
  });

  it('has no password in it: each must be given', () => {
    const secrets = [...text.matchAll(/\$\{(\w*(?:PASSWORD|URL)\w*)(:[-?])?/g)].filter(
      ([, name]) => name !== 'SLUICE_PUBLIC_URL',
    );
    expect(secrets.length).toBeGreaterThan(5);
    for (const [found, , operator] of secrets) expect(operator, found).toBe(':?');
    for (const line of text.split('\n').filter((line) => /^\s+\w*(PASSWORD|PWD)\w*:/.test(line)))
      expect(line).toContain('${');
  });

  it('starts nothing before what it needs is healthy or done', () => {
    for (const [name, { depends_on: needs }] of services) {
      for (const [needed, { condition }] of Object.entries(needs ?? {})) {
        const other = compose.services[needed];
        const hasCheck = other?.healthcheck?.test !== undefined;
        expect(condition, `${name} needs ${needed}`).toBe(
          hasCheck ? 'service_healthy' : 'service_completed_successfully',
        );
      }
    }
    for (const name of ['api', 'worker'])
      expect(Object.keys(compose.services[name]?.depends_on ?? {})).toEqual(
        expect.arrayContaining(['migrate', 'postgres', 'temporal', 'temporal-namespace']),
      );
  });

  it('mounts only files that exist and volumes that it names', () => {
    const sources = services.flatMap(([, { volumes }]) =>
      (volumes ?? []).map((volume) => volume.split(':')[0] ?? ''),
    );
    for (const source of sources) {
      if (source.startsWith('./')) expect(read(source), source).not.toBe('');
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });
});

describe('the Kubernetes manifests', () => {
  const documents = parseAllDocuments(read('docs/deploy/kubernetes/sluice.yaml')).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS({ maxAliasCount: 0 });
  });

  it('have kinds, names and only variables that the configuration knows', () => {
    expect(documents.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['ConfigMap', 'Job', 'Deployment', 'Service', 'PodDisruptionBudget']),
    );
    for (const { metadata, kind, data } of documents) {
      expect(metadata.name).toMatch(/^sluice/);
      if (kind === 'ConfigMap') for (const name of Object.keys(data)) expect(knownVariables).toContain(name);
    }
  });
});

describe('the Dockerfile', () => {
  const lines = read('Dockerfile').split('\n');

  it('copies only what the ignore file lets through', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const sources = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(/\s+/).slice(1, -1));
    expect(sources.length).toBeGreaterThan(10);
    for (const source of sources)
      expect(
        allowed.some((name) => source === name || source.startsWith(`${name}/`)),
        source,
      ).toBe(true);
  });

  it('runs as an ordinary user, with a health check', () => {
    expect(lines.filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
    expect(lines.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true);
  });
});
