import { Failure, type ExitCode, type Problem } from './failure.ts';

/** Turns an answer that is no success into the words and the exit code of the command. */
export function failureOf(problem: Problem, wayOut: string | null = null): Failure {
  const lines = [problem.detail ?? problem.title, ...pointed(problem)];
  if (wayOut !== null) lines.push(wayOut);
  if (problem.instance !== undefined) lines.push(`request ${problem.instance}`);
  return new Failure(exitCodeOf(problem.status), lines.join('\n'), problem);
}

/** Each fault once: a fault that the detail already tells in full is not repeated. */
function pointed({ detail, errors = [] }: Problem): string[] {
  const told = new Set<string>();
  for (const error of errors) {
    const place = wordsOf(error.pointer);
    const placed = place === '' || [place, error.pointer].some((each) => detail?.includes(each) === true);
    if (detail?.includes(error.detail) === true && placed) continue;
    told.add(place === '' ? `  ${error.detail}` : `  ${place}: ${error.detail}`);
  }
  return [...told];
}

/** `/content/subject` or `#/content/subject` → `content.subject`; `/windows/0/from` → `windows[0].from` (RFC 6901). */
function wordsOf(pointer: string): string {
  const parts = pointer.replace(/^#/, '').split('/').slice(1);
  return parts
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => {
      if (/^\d+$/.test(part)) return `${path}[${part}]`;
      return path === '' ? part : `${path}.${part}`;
    }, '');
}

function exitCodeOf(status: number): ExitCode {
  if (status === 404) return 4;
  if (status === 502 || status === 503 || status === 504) return 5;
  return status >= 500 ? 1 : 3;
}
