import type { z } from 'zod';
import { Problem, type Fault, type ProblemName } from './problem.ts';

/**
 * Passes a value through its schema. Throws `type` (422) with one fault per pointer; text that PostgreSQL cannot keep is
 * refused too.
 */
export function checkInput<S extends z.ZodType>(
  schema: S,
  value: unknown,
  type: Extract<ProblemName, 'invalidBody' | 'invalidQuery'>,
): z.output<S> {
  const unstorable = unstorableText(value);
  if (unstorable.length > 0) throw refuse(type, unstorable);
  const result = schema.safeParse(value);
  if (!result.success) throw refuse(type, faultsOf(result.error.issues));
  return result.data;
}

export function refuse(
  type: Extract<ProblemName, 'invalidBody' | 'invalidQuery' | 'contentRefused'>,
  faults: readonly Fault[],
): Problem {
  const [first] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  const where = first === undefined || first.pointer === '' ? '' : `${first.pointer}: `;
  return new Problem(type, `${where}${first?.detail ?? 'refused'}${more}`, { errors: faults });
}

/** Issues of zod as pointers (RFC 6901); an unknown field is pointed at itself. */
function faultsOf(issues: readonly z.core.$ZodIssue[]): Fault[] {
  return issues.slice(0, 50).flatMap((issue) => {
    if (issue.code === 'invalid_union' && issue.message === noWords) return faultsOf(nearestForm(issue));
    if (issue.code !== 'unrecognized_keys')
      return [{ pointer: pointerOf(issue.path), detail: sentence(issue.message) }];
    return issue.keys.slice(0, 50).map((key) => ({
      pointer: pointerOf([...issue.path, key]),
      detail: `${JSON.stringify(key.slice(0, 100))} is not known here; leave it out`,
    }));
  });
}

/** What zod says of a union that has no words of its own. */
const noWords = 'Invalid input';

/**
 * Of the forms that a value could have, the faults of the one that it is most like: that knows most of its fields, then that has the
 * fewest faults, then the first.
 */
function nearestForm({ errors, path }: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] {
  const unknown = (issues: readonly z.core.$ZodIssue[]): number =>
    issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0);
  const [nearest = []] = [...errors].sort(
    (one, other) => unknown(one) - unknown(other) || one.length - other.length,
  );
  return nearest.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
}

function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** zod's own sentences begin with "Invalid input: ", which says nothing, and call what is missing undefined. */
function sentence(message: string): string {
  return message
    .replace(/^Invalid input: /, '')
    .replace(/^Too (small|big): /, '')
    .replace(/^expected (.+), received undefined$/, 'is missing; expected $1');
}

/** PostgreSQL keeps no NUL, its jsonb no lone surrogates. Walks without recursion: nesting may be deep. */
function unstorableText(value: unknown): Fault[] {
  const faults: Fault[] = [];
  const open: { path: readonly string[]; value: unknown }[] = [{ path: [], value }];
  for (let next = open.pop(); next !== undefined && faults.length < 50; next = open.pop()) {
    const { path, value } = next;
    if (typeof value === 'string') {
      if (!isStorable(value))
        faults.push({
          pointer: pointerOf(path),
          detail: 'text has no NUL and no half characters (lone surrogates)',
        });
    } else if (typeof value === 'object' && value !== null) {
      if (path.length >= 64) {
        faults.push({ pointer: pointerOf(path), detail: 'nothing here is nested so deep' });
        continue;
      }
      for (const [key, inner] of Object.entries(value)) {
        if (isStorable(key)) open.push({ path: [...path, key], value: inner });
        else
          faults.push({ pointer: pointerOf(path), detail: 'a field name has no NUL and no half characters' });
      }
    }
  }
  return faults;
}

function isStorable(text: string): boolean {
  return !/\0|\p{Cs}/u.test(text);
}
