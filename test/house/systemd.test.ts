import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { knownVariables, read, root } from './support.ts';

const units = ['sluice-api.service', 'sluice-migrate.service', 'sluice-worker@.service'] as const;
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

describe('the systemd units', () => {
  it.skipIf(!hasSystemd)('are understood by systemd (skipped where systemd-analyze is not installed)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-units-'));
    try {
      for (const unit of units) writeFileSync(join(folder, instance(unit)), onThisMachine(unit));
      const { stdout, stderr, status } = verify(folder, units.map(instance));
      expect(`${stdout}${stderr}`).toBe('');
      expect(status).toBe(0);
      // The check has teeth: a setting that systemd does not know is found.
      writeFileSync(
        join(folder, 'sluice-bad.service'),
        '[Service]\nExecStart=/bin/true\nPrivateCastle=yes\n',
      );
      expect(verify(folder, ['sluice-bad.service']).stderr).toContain('PrivateCastle');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each(units)('%s sets only variables that the configuration knows, and no secret', (unit) => {
    const set = [...read(`docs/deploy/systemd/${unit}`).matchAll(/^Environment=(.*)$/gm)]
      .flatMap(([, line = '']) => line.split(' '))
      .map((setting) => setting.split('=')[0] ?? '');
    const unknown = set.filter((name) => name !== 'NODE_ENV' && !knownVariables.has(name));
    expect(unknown).toEqual([]);
    expect(set).toContain('DATABASE_URL_FILE');
  });

  it('have an example of the environment file that the configuration knows', () => {
    const names = [...read('docs/deploy/systemd/sluice.env.example').matchAll(/^(\w+)=/gm)].map(
      ([, name]) => name,
    );
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) expect(knownVariables).toContain(name);
  });

  it.each(units)('%s starts a file that a build makes, and is locked in', (unit) => {
    const text = read(`docs/deploy/systemd/${unit}`);
    const [, entry = ''] = /^ExecStart=\/usr\/bin\/node .*?dist\/(\S+)\.js$/m.exec(text) ?? [];
    expect(read(`${entry}.ts`)).toContain('main()');
    for (const setting of [
      'DynamicUser=yes',
      'ProtectSystem=strict',
      'NoNewPrivileges=yes',
      'CapabilityBoundingSet=',
    ])
      expect(text.split('\n')).toContain(setting);
  });
});

function verify(folder: string, names: readonly string[]) {
  const paths = names.map((name) => join(folder, name));
  return spawnSync('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', ...paths], {
    encoding: 'utf8',
  });
}

/** A template is checked as one of its instances. */
function instance(unit: string): string {
  return unit.replace('@.', '@1.');
}

/** systemd also looks whether programs and folders exist, so they are named as they are here. */
function onThisMachine(unit: string): string {
  return read(`docs/deploy/systemd/${unit}`)
    .replaceAll('/usr/bin/node', process.execPath)
    .replaceAll(/^WorkingDirectory=.*$/gm, `WorkingDirectory=${root}`);
}
