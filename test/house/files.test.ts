import { describe, expect, it } from 'vitest';
import { houseFiles, read } from './support.ts';

const files = houseFiles();
const texts = files.filter((file) => !/\.(gz|csv|png|ico|woff2)$/.test(file));
const lineCount = (file: string): number => read(file).split('\n').length - 1;

describe('the files of the house', () => {
  it('have at most 300 lines, tests 400', () => {
    const written = texts.filter((file) => /\.(ts|tsx|mjs|sql|sh|md|css)$/.test(file));
    const long = written.filter((file) => lineCount(file) > (file.startsWith('test/') ? 400 : 300));
    expect(written.length).toBeGreaterThan(100);
    expect(long).toEqual([]);
  });

  it('know nothing of the machine they were written on', () => {
    // Written in pieces, or this file would find itself.
    const places = [
      ['', 'work', ''].join('/'),
      ['', 'root', ''].join('/'),
      ['', 'home', '\\w+', ''].join('/'),
    ];
    const path = new RegExp(`(?<![\\w.@$}/-])(${places.join('|')})`);
    const found = texts
      .filter((file) => !file.startsWith('package'))
      .flatMap((file) => hits(file, path).map((line) => `${file}: ${line}`));
    expect(found).toEqual([]);
  });

  it('number the migrations from 1 on, each number once', () => {
    const numbers = files
      .filter((file) => file.startsWith('db/migrations/'))
      .map((file) => Number(/(\d{4})-[^/]+\.sql$/.exec(file)?.[1]));
    expect(numbers.sort((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 1));
  });

  it('name no package registry, so that everybody can use theirs', () => {
    const names = [
      ['registry', 'npmjs'],
      ['pypi', 'org'],
      ['files', 'pythonhosted'],
      ['proxy', 'golang'],
      ['registry', 'yarnpkg'],
    ];
    const host = new RegExp(names.map((parts) => parts.join('\\.')).join('|'), 'i');
    const found = texts.flatMap((file) => hits(file, host).map((line) => `${file}: ${line}`));
    expect(found).toEqual([]);
    expect(read('package-lock.json')).not.toContain('"resolved": "http');
  });

  it('have kebab-case names', () => {
    const sources = files
      .filter((file) => /\.(ts|mjs|sql)$/.test(file))
      .map((file) => file.split('/').at(-1) ?? '');
    expect(sources.filter((name) => !/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(name))).toEqual([]);
  });
});

describe('package.json', () => {
  const manifest: Record<string, Record<string, string>> = JSON.parse(read('package.json'));
  const groups = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides'];

  it.each(groups)('pins %s exactly', (group) => {
    const pins = Object.entries(manifest[group] ?? {});
    expect(pins.length).toBeGreaterThan(0);
    expect(pins.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it('is what the lock file was made from, for every platform', () => {
    const lock: { packages: Record<string, Locked> } = JSON.parse(read('package-lock.json'));
    const [own, ...others] = [lock.packages[''], ...Object.entries(lock.packages)];
    for (const group of groups.slice(0, 3)) expect(own?.[group as keyof Locked]).toEqual(manifest[group]);
    // `npm ci` refuses a lock file that lacks the packages of other platforms; npm leaves them out when it is made on one
    // machine from a registry that has not all of them.
    const missing = others.flatMap(([path, { optionalDependencies }]) =>
      Object.keys(path === '' ? {} : (optionalDependencies ?? {})).filter(
        (name) =>
          !(`node_modules/${name}` in lock.packages) && !(`${path}/node_modules/${name}` in lock.packages),
      ),
    );
    expect(missing).toEqual([]);
  });
});

interface Locked {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

function hits(file: string, pattern: RegExp): string[] {
  return read(file)
    .split('\n')
    .filter((line) => pattern.test(line))
    .map((line) => line.trim().slice(0, 120));
}
