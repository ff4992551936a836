import { z } from 'zod';
import { isDay } from '../filter/day.ts';
import { fieldPath, readField, type Owner } from '../filter/field.ts';
import { filterLimits, refuseSize } from '../filter/filter-limits.ts';
import { spanMs, type FieldCondition, type Filter } from '../filter/filter.ts';
import { parseFilter } from '../filter/parse-filter.ts';
import { filterDocument } from './filter-document.ts';

const textSchema = z
  .string()
  .min(1, 'is empty; whoever has nothing there is found with isEmpty')
  .max(filterLimits.text, `a text in a filter has at most ${filterLimits.text} characters`);
const numberSchema = z.number().transform((value) => (value === 0 ? 0 : value));
const daySchema = z.string().refine(isDay, 'is no day; write it as 2026-12-31');
const spanSchema = z.string().refine((span) => spanMs(span) !== null, 'is no span; write it as 90d or 12h');
const streamSchema = z.string().min(1).max(40).optional();
const versionSchema = z.int().min(1).max(999_999_999).optional();
const spanned = { stream: streamSchema };

const field = z.string().min(1).max(300);
/** A condition on a field, by its operator. `is` compares with a text or with yes (true) and no (false). */
const comparisons = {
  is: z.strictObject({ field, op: z.literal('is'), value: z.union([textSchema, z.boolean()]) }),
  isNot: z.strictObject({ field, op: z.literal('isNot'), value: z.union([textSchema, z.boolean()]) }),
  in: z.strictObject({
    field,
    op: z.literal('in'),
    value: z
      .array(textSchema)
      .min(1, 'names no values; name at least one')
      .max(
        filterLimits.values,
        `a list has at most ${filterLimits.values} values; mark these people with an attribute, or put them into a work list`,
      ),
  }),
  contains: z.strictObject({ field, op: z.literal('contains'), value: textSchema }),
  startsWith: z.strictObject({ field, op: z.literal('startsWith'), value: textSchema }),
  isEmpty: z.strictObject({ field, op: z.literal('isEmpty') }),
  '=': z.strictObject({ field, op: z.literal('='), value: numberSchema }),
  '!=': z.strictObject({ field, op: z.literal('!='), value: numberSchema }),
  '<': z.strictObject({ field, op: z.literal('<'), value: numberSchema }),
  '<=': z.strictObject({ field, op: z.literal('<='), value: numberSchema }),
  '>': z.strictObject({ field, op: z.literal('>'), value: numberSchema }),
  '>=': z.strictObject({ field, op: z.literal('>='), value: numberSchema }),
  between: z.strictObject({ field, op: z.literal('between'), value: z.tuple([numberSchema, numberSchema]) }),
  on: z.strictObject({ field, op: z.literal('on'), value: daySchema }),
  before: z.strictObject({ field, op: z.literal('before'), value: daySchema }),
  after: z.strictObject({ field, op: z.literal('after'), value: daySchema }),
  olderThan: z.strictObject({ field, op: z.literal('olderThan'), value: spanSchema }),
  withinLast: z.strictObject({ field, op: z.literal('withinLast'), value: spanSchema }),
} satisfies Record<FieldCondition['op'], z.ZodType>;

const received = z.union(
  [
    z.strictObject({ document: textSchema, version: versionSchema }),
    z.strictObject({ campaign: textSchema }),
    z.strictObject({ template: textSchema, version: versionSchema }),
  ],
  {
    error:
      'received is {"document": "title or id"}, {"template": "name or id"} (both may have a "version") or {"campaign": "name or id"}',
  },
);
const lastMail = z.union(
  [
    z.strictObject({ olderThan: spanSchema, ...spanned }),
    z.strictObject({ withinLast: spanSchema, ...spanned }),
    z.strictObject({ never: z.literal(true), ...spanned }),
  ],
  {
    error:
      'lastMail is {"olderThan": "90d"}, {"withinLast": "30d"} or {"never": true}, each of them with a "stream" or without',
  },
);
const history = {
  received: z.strictObject({ received }),
  lastMail: z.strictObject({ lastMail }),
  responded: z.strictObject({ responded: z.strictObject({ campaign: textSchema }) }),
  bounced: z.strictObject({ bounced: z.literal(true) }),
  suppressed: z.strictObject({ suppressed: z.strictObject({ stream: streamSchema }) }),
  inWorkList: z.strictObject({ inWorkList: textSchema }),
} as const;

const parts = z.array(z.unknown()).min(1, 'names no conditions; name at least one, or leave it out');
const kinds: readonly string[] = ['and', 'or', 'not', 'field', 'record', ...Object.keys(history)];

/**
 * A filter as JSON. Every fault points at its place; own fields may be written without `contact.`. Whether attributes, documents and so on
 * exist is looked up where the filter is used.
 */
export const filterSchema: z.ZodType<Filter> = z
  .unknown()
  .transform((value, context): Filter => {
    const filter = readFilter(value, { scope: 'contact', path: [], context });
    const fault = filter === null || context.issues.length > 0 ? null : refuseSize(filter);
    if (fault !== null) context.addIssue({ code: 'custom', message: fault });
    return filter ?? z.NEVER;
  })
  .meta({ id: 'Filter', ...filterDocument });

/** A filter as JSON or as its one-line text; either becomes the former. */
export const filterInputSchema: z.ZodType<Filter> = z
  .union([z.string().max(filterLimits.size), z.unknown()])
  .transform((value, context): Filter => {
    if (typeof value !== 'string') return pass(filterSchema.safeParse(value), [], context) ?? z.NEVER;
    const parsed = parseFilter(value);
    if (parsed.ok) return parsed.filter;
    context.addIssue({ code: 'custom', message: parsed.fault });
    return z.NEVER;
  })
  .meta({
    id: 'FilterInput',
    description: 'A filter as JSON, or as one line of text',
    override: { anyOf: [{ type: 'string' }, { $ref: '#/components/schemas/Filter' }] },
    example: 'customer.category = A and newsletter = yes and last mail older than 90 days',
  });

interface Place {
  readonly scope: Owner;
  readonly path: readonly (string | number)[];
  readonly context: z.core.$RefinementCtx;
}

function readFilter(value: unknown, place: Place): Filter | null {
  if (place.path.length > 2 * filterLimits.depth)
    return refuse(
      place,
      `a filter is nested at most ${filterLimits.depth} deep; join what stands inside of the same "and" or "or"`,
    );
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(place, whatFilterIs);
  const named = kinds.filter((kind) => Object.hasOwn(value, kind));
  const [kind] = named;
  if (kind === undefined || named.length > 1) return refuse(place, whatFilterIs);
  switch (kind) {
    case 'and':
    case 'or':
      return readJoin(kind, value, place);
    case 'not': {
      const shape = take(z.strictObject({ not: z.unknown() }), value, place);
      const inner = shape === null ? null : readFilter(shape.not, within(place, 'not'));
      return inner === null ? null : { not: inner };
    }
    case 'field':
      return readFieldCondition(value, place);
    case 'record':
      return readRecord(value, place);
    default:
      return readHistory(kind, value, place);
  }
}

const whatFilterIs = `a condition is an object with one of ${kinds.join(', ')}, such as {"field": "customer.category", "op": "is", "value": "A"}`;

/** One part alone is the part itself. */
function readJoin(kind: 'and' | 'or', value: object, place: Place): Filter | null {
  const shape = take(z.strictObject({ [kind]: parts }), value, place);
  if (shape === null) return null;
  const read = (shape[kind] ?? []).map((part, index) => readFilter(part, within(place, kind, index)));
  const filters = read.filter((part) => part !== null);
  const [only] = filters;
  if (only === undefined || filters.length < read.length) return null;
  if (filters.length === 1) return only;
  return kind === 'and' ? { and: filters } : { or: filters };
}

function readRecord(value: object, place: Place): Filter | null {
  const shape = take(z.strictObject({ record: textSchema, with: z.unknown().optional() }), value, place);
  if (shape === null || shape.with === undefined) return shape === null ? null : { record: shape.record };
  const conditions = readFilter(shape.with, { ...within(place, 'with'), scope: 'record' });
  return conditions === null ? null : { record: shape.record, with: conditions };
}

function readHistory(kind: string, value: object, place: Place): Filter | null {
  const schema: z.ZodType | undefined = Object.entries(history).find(([name]) => name === kind)?.[1];
  // What these schemas give is the type, but for fields that may be absent and in JSON are never undefined.
  return schema === undefined ? null : (take(schema, value, place) as Filter | null);
}

function readFieldCondition(value: object, place: Place): Filter | null {
  const op = 'op' in value ? value.op : undefined;
  const schema = Object.entries(comparisons).find(([name]) => name === op)?.[1];
  if (schema === undefined)
    return refuse(
      within(place, 'op'),
      `${JSON.stringify(op)?.slice(0, 100) ?? 'nothing'} is no operator; there are ${Object.keys(comparisons).join(', ')}`,
    );
  const condition = take<FieldCondition>(schema, value, place);
  if (condition === null) return null;
  const read = readField(condition.field, place.scope);
  // What is no field at all is said with the others' faults, when it is known what there is.
  return read === null ? condition : { ...condition, field: fieldPath(read) };
}

function take<T>(schema: z.ZodType<T>, value: unknown, { path, context }: Place): T | null {
  return pass(schema.safeParse(value), path, context);
}

function pass<T>(
  result: z.ZodSafeParseResult<T>,
  path: readonly (string | number)[],
  context: z.core.$RefinementCtx,
): T | null {
  if (result.success) return result.data;
  for (const issue of result.error.issues)
    context.issues.push({
      ...issue,
      input: undefined,
      path: [...path, ...issue.path],
    });
  return null;
}

function refuse({ path, context }: Place, message: string): null {
  context.addIssue({ code: 'custom', message, path: [...path] });
  return null;
}

function within(place: Place, ...steps: readonly (string | number)[]): Place {
  return { ...place, path: [...place.path, ...steps] };
}
