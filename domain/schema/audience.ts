import { z } from 'zod';
import type { Audience } from '../filter/audience.ts';
import { filterInputSchema, filterSchema } from './filter.ts';
import { idSchema } from './shared.ts';

const document = {
  description:
    'Who is meant: everybody, those for whom a filter holds, or who is in a work list. Frozen at the start',
  example: { all: true },
};
const ways =
  'an audience is {"all": true}, {"filter": "customer.category = A"} (text or JSON) or {"workList": "its id"}';

/** An audience as a person states it; exactly one of its ways. */
export const audienceInputSchema: z.ZodType<Audience> = z
  .strictObject(
    {
      all: z.literal(true, { error: 'the audience is {"all": true}: everybody who was imported' }).optional(),
      filter: filterInputSchema.optional(),
      workList: idSchema.optional(),
    },
    { error: (issue) => (issue.code === 'invalid_type' && issue.input !== undefined ? ways : undefined) },
  )
  .transform(({ all, filter, workList }, context): Audience => {
    const given = [all, filter, workList].filter((way) => way !== undefined);
    if (given.length === 1 && all !== undefined) return { all };
    if (given.length === 1 && filter !== undefined) return { filter };
    if (given.length === 1 && workList !== undefined) return { workList };
    context.addIssue({ code: 'custom', message: ways });
    return z.NEVER;
  })
  .meta({
    ...document,
    id: 'AudienceInput',
    override: {
      type: undefined,
      properties: undefined,
      additionalProperties: undefined,
      anyOf: [
        strict({ all: { const: true } }),
        strict({ filter: { $ref: '#/components/schemas/FilterInput' } }),
        strict({ workList: { type: 'string', format: 'uuid' } }),
      ],
    },
  });

/** An audience as it is shown. */
export const audienceSchema = z
  .union([
    z.strictObject({ all: z.literal(true) }),
    z.strictObject({ filter: filterSchema }),
    z.strictObject({ workList: idSchema }),
  ])
  .meta({ ...document, id: 'Audience' });

function strict(properties: Record<string, object>) {
  return {
    type: 'object' as const,
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}
