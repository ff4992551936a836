const text = { type: 'string', minLength: 1, maxLength: 1000 } as const;
const filter = { $ref: '#/components/schemas/Filter' } as const;
const span = { type: 'string', pattern: '^[1-9]\\d{0,4}[dh]$' } as const;
const operators =
  'is isNot in contains startsWith isEmpty = != < <= > >= between on before after olderThan withinLast'.split(
    ' ',
  );
const version = { type: 'integer', minimum: 1 } as const;

/** A filter as OpenAPI shows it; what is taken is decided by filter.ts. */
export const filterDocument = {
  description:
    'Whom a mailing is for: conditions on fields of contact and customer, on linked records and on what somebody got before, joined by and, or, not',
  example: {
    and: [
      { field: 'customer.category', op: 'is', value: 'A' },
      { not: { received: { document: 'Price list 2026' } } },
      { lastMail: { olderThan: '90d' } },
    ],
  },
  override: {
    anyOf: [
      strict({ and: { type: 'array', minItems: 1, maxItems: 100, items: filter } }),
      strict({ or: { type: 'array', minItems: 1, maxItems: 100, items: filter } }),
      strict({ not: filter }),
      {
        ...strict({
          field: { ...text, example: 'customer.category' },
          op: {
            type: 'string',
            enum: operators,
          },
          value: { description: 'Left out for isEmpty' },
        }),
        required: ['field', 'op'],
      },
      { ...strict({ record: { ...text, example: 'order' }, with: filter }), required: ['record'] },
      strict({
        received: {
          anyOf: [
            { ...strict({ document: text, version }), required: ['document'] },
            { ...strict({ template: text, version }), required: ['template'] },
            strict({ campaign: text }),
          ],
        },
      }),
      strict({
        lastMail: {
          anyOf: [
            { ...strict({ olderThan: span, stream: text }), required: ['olderThan'] },
            { ...strict({ withinLast: span, stream: text }), required: ['withinLast'] },
            { ...strict({ never: { const: true }, stream: text }), required: ['never'] },
          ],
        },
      }),
      strict({ responded: strict({ campaign: text }) }),
      strict({ bounced: { const: true } }),
      strict({ suppressed: { ...strict({ stream: text }), required: [] } }),
      strict({ inWorkList: text }),
    ],
  },
} as const;

function strict<T extends Record<string, unknown>>(properties: T) {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  } as const;
}
