import { unknownRecords, type WantedRecords } from '../db/campaign-records.ts';
import type { Database } from '../db/open.ts';
import { refuse } from './check-input.ts';

/** The records that somebody names for a campaign. Throws 422 at each that there is not. */
export async function knownRecords(db: Database, ids: readonly string[], by: string): Promise<WantedRecords> {
  const unknown = await unknownRecords(db, ids);
  if (unknown.length === 0) return { ids, by };
  throw refuse(
    'invalidBody',
    unknown.map((index) => ({
      pointer: `/records/${index}`,
      detail: `there is no record of the id ${ids[index] ?? ''}; GET /v1/records shows them`,
    })),
  );
}
