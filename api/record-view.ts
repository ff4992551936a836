import { z } from 'zod';
import type { LinkedRecord, RecordKey } from '../db/records.ts';
import { afterText } from './paging.ts';
import { Problem } from './problem.ts';
import { wireInstant } from './wire-instant.ts';

/** The cursor of lists of records: kind and external id of the last one. */
export const afterRecord = z.tuple([afterText, afterText]);

/** A record as the API shows it. */
export function showRecord({ createdAt, updatedAt, ...record }: LinkedRecord) {
  return { ...record, createdAt: wireInstant(createdAt), updatedAt: wireInstant(updatedAt) };
}

export function noRecord({ kind, externalId }: RecordKey): Problem {
  return new Problem(
    'notFound',
    `there is no record ${JSON.stringify(`${kind}/${externalId}`)}; GET /v1/records?kind=${encodeURIComponent(kind)} lists them`,
  );
}
