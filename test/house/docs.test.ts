import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../cli/run.ts';
import { mergeFields } from '../../domain/merge-field.ts';
import { greetingOf } from '../../domain/salutation.ts';
import { understoodSalutations } from '../../domain/salutation/words.ts';
import { variables } from '../../domain/schema/configuration-variables.ts';
import { fakeSurroundings } from '../cli/fake-surroundings.ts';
import { houseFiles, knownVariables, read, root } from './support.ts';

const pages = houseFiles().filter(
  (file) => /^(docs\/.*|README|SECURITY|CHANGELOG|test\/README)(\.md)?$/.test(file) && file.endsWith('.md'),
);
const code = (page: string): string[] =>
  [...read(page).matchAll(/```\w*\n([\s\S]*?)```|`([^`\n]+)`/g)].flatMap(([, block, inline]) =>
    (block ?? inline ?? '').replaceAll('\\\n', ' ').split('\n'),
  );

describe('the documentation', () => {
  it('has a page for each task, and a README of at most 200 lines that leads to all of them', () => {
    const readme = read('README.md');
    expect(readme.split('\n').length - 1).toBeLessThanOrEqual(200);
    const tasks = pages.filter((page) => /^docs\/[^/]+\.md$/.test(page));
    expect(tasks.length).toBeGreaterThanOrEqual(11);
    expect(tasks.filter((page) => !readme.includes(`](${page})`))).toEqual([]);
  });

  it.each(pages)('%s has only links that lead somewhere', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const broken = links
      .filter((link) => !/^(https?:|mailto:)/.test(link))
      .filter((link) => !leadsSomewhere(page, link));
    expect(broken).toEqual([]);
  });

  it.each(pages)('%s names only npm scripts that exist', (page) => {
    const manifest: { scripts: Record<string, string> } = JSON.parse(read('package.json'));
    const named = code(page).flatMap((line) => [
      ...[...line.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = '']) => name),
      ...[...line.matchAll(/\bnpm (start|test)\b/g)].map(([, name = '']) => name),
    ]);
    expect(named.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });

  it.each(pages)('%s names only commands and options of sluice that exist', async (page) => {
    const lines = code(page).filter((line) => /(^|[\s(])sluice [a-z]/.test(line));
    for (const line of lines) {
      const [, said = ''] = /(?:^|[\s(])sluice ([a-z].*)$/.exec(line.split(' #')[0] ?? '') ?? [];
      const words = said.split(/\s+/).filter((_, index, all) => all.slice(0, index + 1).every(isCommandWord));
      const help = await helpOf(words);
      const [, command = ''] = /Usage: sluice ([a-z -]*?) ?[[<]/.exec(help) ?? [];
      // The help of a group is also what an unknown command of it gets.
      if (help.includes(' Commands: ')) expect(words.join(' '), line).toBe(command);
      else expect(`${words.join(' ')} `, line).toContain(`${command} `);
      for (const [option] of said.matchAll(/(?<=\s)--[a-z-]+/g)) expect(help, line).toContain(option);
    }
  });

  it.each(pages)('%s names only environment variables that are known', (page) => {
    const named = read(page).match(/\b(?:SLUICE|TEMPORAL|SMTP|DATABASE)_[A-Z][A-Z_]*[A-Z]\b/g) ?? [];
    expect([...new Set(named)].filter((name) => !isKnown(name))).toEqual([]);
  });

  it.each(pages)('%s names only files of the house that exist', (page) => {
    const named = code(page).flatMap(
      (line) =>
        line.match(
          /\b(?:api|cli|db|docs|domain|embedded|mail|test|worker|workflows|activities)\/[\w./-]*\w/g,
        ) ?? [],
    );
    const gone = named.filter(
      (file) => !file.includes('NNNN') && !existsSync(join(root, file)) && !named.includes(`dist/${file}`),
    );
    expect(gone.filter((file) => !isBuilt(file))).toEqual([]);
  });
});

describe('docs/configure.md', () => {
  it('has every variable as the schema describes it', () => {
    const rows = Object.entries(variables).map(([name, { description, otherwise, secret }]) => {
      const file = secret === true ? `, \`${name}_FILE\`` : '';
      return `| \`${name}\`${file} | ${otherwise === undefined ? '' : `\`${otherwise}\``} | ${description.replaceAll('|', '\\|')} |`;
    });
    expect(read('docs/configure.md')).toContain(
      ['| name | default | meaning |', '|---|---|---|', ...rows, ''].join('\n'),
    );
  });
});

describe('docs/write-a-mail.md', () => {
  const text = read('docs/write-a-mail.md');

  it('has every merge field', () => {
    const rows = mergeFields.map(({ field, text: meaning }) => `| \`${field}\` | ${meaning} |`);
    expect(text).toContain(`${rows.join('\n')}\n`);
  });

  it.each([
    ['de', 'en'],
    ['it', 'fr', 'es'],
  ])('greets as the program does: %s, %s', (...languages) => {
    const head = text.indexOf(`| column \`salutation\` | name | \`${languages[0]}\``);
    const rows = (text.slice(head).split('\n\n')[0] ?? '')
      .split('\n')
      .slice(2)
      .map((row) => row.split('|').map((cell) => cell.trim()));
    expect(rows.length).toBeGreaterThan(5);
    for (const [, column = '', name = '', ...greetings] of rows) {
      const words =
        column === 'empty' ? [''] : [...column.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
      for (const salutation of words)
        for (const [index, language] of languages.entries())
          expect(greetingOf({ ...personOf(name), salutation, language }), salutation).toBe(greetings[index]);
    }
  });

  it('names every word of a salutation that is understood', () => {
    for (const word of [...understoodSalutations.addressWords, ...understoodSalutations.forms])
      expect(text).toContain(word);
  });
});

function personOf(name: string) {
  if (name === 'unknown') return { firstName: null, lastName: null, title: null };
  const [, title = null, firstName = '', lastName = ''] = /^(?:(Dr\.) )?(\S+) (\S+)$/.exec(name) ?? [];
  return { firstName, lastName, title: title ?? null };
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(root, file))) return false;
  if (anchor === undefined) return true;
  const headings = read(file).match(/^#+ .*$/gm) ?? [];
  return headings.some(
    (heading) =>
      heading
        .replace(/^#+ /, '')
        .toLowerCase()
        .replaceAll(/[^\w]+/g, '-') === anchor,
  );
}

function isCommandWord(word: string): boolean {
  return /^[a-z][a-z-]*$/.test(word);
}

async function helpOf(words: readonly string[]): Promise<string> {
  const surroundings = fakeSurroundings();
  await run([...words, '--help'], surroundings);
  return `${surroundings.written.out} `.replaceAll(/\s+/g, ' ');
}

/** Besides Sluice's own: those of the `temporal` program, and of the compose file. */
function isKnown(name: string): boolean {
  if (knownVariables.has(name) || /^TEMPORAL_(API_KEY|TLS|PROFILE|CONFIG_FILE)/.test(name)) return true;
  return read('docker-compose.yml').includes(`\${${name}:`) || read('embedded/program.ts').includes(name);
}

/** `dist/api/main.js` is made of `api/main.ts`. */
function isBuilt(file: string): boolean {
  return (
    (file.endsWith('.js') && existsSync(join(root, file.replace(/\.js$/, '.ts')))) ||
    file.startsWith('db/migrations')
  );
}
