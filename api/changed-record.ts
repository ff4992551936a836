import type { RecordChange } from '../db/unless-taken.ts';
import { entityTag } from './entity-tag.ts';
import { notFound, Problem } from './problem.ts';

interface Of {
  /** `template`, as messages call it. */
  readonly what: string;
  readonly id: string;
  /** The name that was wanted. */
  readonly name?: string | undefined;
  readonly ifMatch: number | null;
}

/** What a change came to, or the Problem (404, 409, 412) that it met. */
export function changedRecord<Row extends object>(change: RecordChange<Row>, of: Of): Row {
  if (change === 'missing') throw notFound(of.what, of.id);
  if (change === 'taken') throw nameTaken(of.what, of.name ?? '');
  if ('stale' in change && typeof change.stale === 'number') throw staleRecord(of, change.stale);
  // The union's other members have been taken out; a row with a column "stale" would be a number's only by mistake.
  return change as Row;
}

/** 409: somebody else has the name. */
export function nameTaken(what: string, name: string): Problem {
  return new Problem(
    'conflict',
    `there is ${what === 'identity' ? 'an' : 'a'} ${what} of the name ${JSON.stringify(name)} already; take another one, or change that one`,
  );
}

function staleRecord({ what, ifMatch }: Of, version: number): Problem {
  return new Problem(
    'staleVersion',
    `If-Match names version ${ifMatch ?? 0}, the ${what} is at ${version}; read it again and decide anew`,
    {
      headers: { ETag: entityTag(version) },
      members: { expected: { version: ifMatch }, current: { version } },
    },
  );
}
