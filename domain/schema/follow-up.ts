import { z } from 'zod';
import { durationSchema as durationInputSchema } from './duration.ts';
import { durationSchema, idSchema } from './shared.ts';

const onlySchema = z.enum(['all', 'notResponded']).meta({
  description:
    'all: the whole audience; notResponded: those who got the other mail and have not responded to it',
});

/** From a caller; `after` becomes milliseconds. */
export const followsSchema = z
  .strictObject({
    campaign: idSchema,
    after: durationInputSchema({ minMs: 0, maxMs: 366 * 86_400_000, range: '0s to 366d' })
      .default(0)
      .meta({ description: 'So long after the end of the other campaign', example: '2d' }),
    only: onlySchema.default('all'),
  })
  .transform(({ campaign: campaignId, after: afterMs, only }) => ({ campaignId, afterMs, only }))
  .meta({
    id: 'FollowsInput',
    description: 'Start when another campaign has finished; the audience is frozen then',
  });

export const shownFollowsSchema = z
  .strictObject({ campaign: idSchema, after: durationSchema, only: onlySchema })
  .meta({ id: 'Follows', description: 'The campaign that this one waits for' });
