import { refuse } from '../check-input.ts';
import type { Problem } from '../problem.ts';

/** 422 for `?source=`: the source is no part of the path, so it is no 404. */
export function unknownSource(name: string): Problem {
  return refuse('invalidQuery', [
    {
      pointer: '/source',
      detail: `there is no import source ${JSON.stringify(name)}; GET /v1/import-sources lists them`,
    },
  ]);
}
