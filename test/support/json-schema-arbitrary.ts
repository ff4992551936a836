import fc from 'fast-check';

/** As much of JSON Schema as the OpenAPI file uses. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly example?: unknown;
}

export type Schemas = Readonly<Record<string, JsonSchema>>;

/** Values that a schema allows. Examples are drawn often: they make sense where a pattern alone would not. */
export function valid(schema: JsonSchema, schemas: Schemas, depth = 0): fc.Arbitrary<unknown> {
  const { $ref, example } = schema;
  if ($ref !== undefined) return ofSchema(schemas[$ref.split('/').at(-1) ?? ''] ?? {}, schemas, depth + 1);
  const drawn = draw(schema, schemas, depth);
  return example === undefined
    ? drawn
    : fc.oneof({ weight: 3, arbitrary: fc.constant(example) }, { weight: 1, arbitrary: drawn });
}

/** Anything that JSON can say, with the things that hurt programs. */
export const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e308,
    1.5,
    '',
    ' ',
    'a\0b',
    '\ud800',
    '../..',
    "'; drop table x;--",
    '{{ x }}',
    '9'.repeat(400),
  ),
  fc.constantFrom<unknown>(
    [],
    {},
    [[]],
    { __proto__: 1 },
    { constructor: 1 },
    'é'.repeat(300),
    '2020-01-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
  ),
  fc.string({ unit: 'binary' }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A value with one thing in it changed: a part replaced, left out, or an unknown field added. */
export function mutated(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(value, fc.nat(), fc.constantFrom('replace', 'drop', 'add'), junk)
    .map(([whole, index, how, other]) => {
      const places = placesIn(whole);
      const place = places[index % Math.max(1, places.length)];
      if (place === undefined) return other;
      const copy: unknown = structuredClone(whole);
      const parent = place.slice(0, -1).reduce<unknown>((at, key) => (isRecord(at) ? at[key] : at), copy);
      const key = place.at(-1) ?? '';
      if (!isRecord(parent)) return other;
      if (how === 'replace') parent[key] = other;
      else if (how === 'drop') delete parent[key];
      else parent['unexpected'] = other;
      return copy;
    });
}

/** Schemas that hold themselves end in their examples. */
function ofSchema(schema: JsonSchema, schemas: Schemas, depth: number): fc.Arbitrary<unknown> {
  return depth > deepest ? fc.constant(schema.example ?? null) : valid(schema, schemas, depth);
}

const deepest = 5;

function draw(schema: JsonSchema, schemas: Schemas, depth: number): fc.Arbitrary<unknown> {
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf?.slice(0, 1);
  if (choices !== undefined) return fc.oneof(...choices.map((each) => valid(each, schemas, depth)));
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.length === 0
    ? fc.jsonValue({ maxDepth: 2 })
    : fc.oneof(...types.map((type) => drawOf(type, schema, schemas, depth)));
}

function drawOf(type: string, schema: JsonSchema, schemas: Schemas, depth: number): fc.Arbitrary<unknown> {
  const { minimum, maximum, items = {}, minItems = 0, maxItems = 3 } = schema;
  switch (type) {
    case 'string':
      return drawString(schema);
    case 'integer':
      return fc.integer({ min: clamp(minimum), max: clamp(maximum ?? 1_000_000) });
    case 'number':
      return fc.double({ min: minimum ?? -1e9, max: maximum ?? 1e9, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(valid(items, schemas, depth), {
        minLength: minItems,
        maxLength: Math.min(maxItems, 3),
      });
    case 'object':
      return drawObject(schema, schemas, depth);
    default:
      return fc.constant(null);
  }
}

function drawObject(
  { properties = {}, required = [], additionalProperties }: JsonSchema,
  schemas: Schemas,
  depth: number,
): fc.Arbitrary<unknown> {
  const model = Object.fromEntries(
    Object.entries(properties).map(([name, each]) => [name, valid(each, schemas, depth)]),
  );
  const declared = fc.record(model, { requiredKeys: required.filter((name) => name in model) });
  if (typeof additionalProperties !== 'object') return declared;
  const others = fc.dictionary(
    fc.string({ minLength: 1, maxLength: 10 }),
    valid(additionalProperties, schemas, depth),
    { maxKeys: 3 },
  );
  return fc.tuple(others, declared).map(([more, own]) => ({ ...more, ...own }));
}

function drawString({ format, pattern, minLength = 0, maxLength = 40 }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'date-time')
    return fc
      .date({ min: new Date('1971-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
      .map((at) => at.toISOString());
  if (pattern !== undefined && !pattern.includes('(?')) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 60)), unit: 'grapheme' });
}

function placesIn(value: unknown, path: readonly string[] = []): string[][] {
  if (!isRecord(value)) return [];
  return Object.keys(value).flatMap((key) => [[...path, key], ...placesIn(value[key], [...path, key])]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function clamp(bound: number | undefined): number {
  return Math.max(-1_000_000_000, Math.min(1_000_000_000, bound ?? -1_000));
}
