import { resolveAudience, type AudienceGone } from '../db/audience.ts';
import type { Database } from '../db/open.ts';
import type { Audience } from '../domain/filter/audience.ts';
import type { FilterFault } from '../domain/filter/check-filter.ts';
import { refuse } from './check-input.ts';
import { Problem, type Fault } from './problem.ts';

/** Refuses (422) an audience that names what is not there, or asks in a way that does not fit. `at`: where it stands in the body. */
export async function checkAudience(db: Database, audience: Audience, at = '/audience'): Promise<void> {
  const resolved = await resolveAudience(db, audience);
  if (!resolved.ok) throw refuse('invalidBody', audienceFaults(resolved.faults, at));
}

export function audienceFaults(faults: readonly FilterFault[], at: string): Fault[] {
  return faults.slice(0, 50).map(({ path, detail }) => ({
    pointer: [at, ...path].join('/'),
    detail,
  }));
}

/** An audience that was right when it was saved, and is not any more. */
export function audienceGone({ faults, cause }: AudienceGone): Problem {
  const errors = audienceFaults(faults, '/audience');
  const said = errors.map(({ detail }) => detail).join('; ');
  return new Problem(
    'audienceRefused',
    `the audience cannot be worked out: ${said}; change the audience of the campaign, or bring back what it names`,
    { errors, cause },
  );
}
