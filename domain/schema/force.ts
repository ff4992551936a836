import { z } from 'zod';

export const forceSchema = z
  .strictObject({
    reason: z
      .string()
      .trim()
      .min(3, 'say why it is sent once more; it is kept in the history')
      .max(1_000)
      .meta({ description: 'Why; kept in the history', example: 'asked for the price list once more' }),
  })
  .meta({ id: 'Force' });
