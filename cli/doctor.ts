import type { Command } from 'commander';
import { apiCommand, openSession, type CommonOptions } from './command.ts';
import { diagnose, type Finding } from './diagnosis.ts';
import { Failure } from './failure.ts';
import { plural } from './numbers.ts';
import type { Surroundings } from './surroundings.ts';

/** `sluice doctor`: what is wrong and what to do. Exit code 0 when nothing is, 5 when nothing answers, else 1. */
export function addDoctorCommand(program: Command, surroundings: Surroundings): void {
  apiCommand(
    program,
    'doctor',
    'check this machine, the server and the key; say what is wrong and what to do',
  ).action(async (options: CommonOptions) => {
    const session = openSession(options, surroundings);
    const findings = await diagnose(session.api, options, surroundings);
    session.answer({ findings }, () => findings.flatMap((finding) => findingLines(finding, session.paint)));
    const wrong = findings.filter(({ verdict }) => verdict === 'wrong');
    if (wrong.length === 0) return session.say('', 'Nothing is wrong.');
    const unreachable = wrong.some(({ check }) => check === 'server');
    throw new Failure(
      unreachable ? 5 : 1,
      `${plural(wrong.length, 'check')} failed: ${wrong.map(({ check }) => check).join(', ')}`,
    );
  });
}

function findingLines(
  { check, evidence, verdict, wayOut }: Finding,
  paint: (style: 'good' | 'warn' | 'bad', text: string) => string,
): string[] {
  const badge = {
    ok: paint('good', '✓ ok   '),
    note: paint('warn', '○ note '),
    wrong: paint('bad', '× wrong'),
  }[verdict];
  const lines = [`${badge}  ${check}: ${evidence}`];
  return wayOut === null ? lines : [...lines, `         → ${wayOut}`];
}
