import type { LinkedValues, Recipient } from '../domain/recipient.ts';

/** The person with `⟨field⟩` in the place of one value, to show where it is missing. */
export function withMark(recipient: Recipient, field: string): Recipient {
  const mark = `⟨${field}⟩`;
  const [root = '', ...rest] = field.split('.');
  const attribute = rest[0] === 'attributes' ? rest.slice(1).join('.') : null;
  switch (root) {
    case 'customer': {
      const customer = recipient.customer ?? { name: '⟨customer.name⟩', attributes: {} };
      return { ...recipient, customer: marked(customer, rest[0] ?? '', attribute, mark) };
    }
    case 'agent': {
      const agent = recipient.linked?.agent ?? noAgent;
      const linked = recipient.linked ?? noLinks;
      return {
        ...recipient,
        linked: { ...linked, agent: marked(agent, rest[0] ?? '', attribute, mark) },
      };
    }
    case 'record':
      return { ...recipient, linked: withRecordMark(recipient.linked ?? noLinks, rest, mark) };
    default:
      return marked(recipient, rest[0] ?? '', attribute, mark);
  }
}

/** The person with every control character replaced, to show what the rest of the mail looks like. */
export function withoutControls(recipient: Recipient): Recipient {
  const { firstName, lastName, title, attributes, customer, linked } = recipient;
  return {
    ...recipient,
    ...cleaned({ firstName, lastName, title, attributes, customer }),
    ...(linked ? { linked: cleaned(linked) } : {}),
  };
}

const noAgent = { name: '⟨agent.name⟩', email: null, phone: null, attributes: {} } as const;
const noLinks: LinkedValues = { agent: null, records: {} };

function withRecordMark(linked: LinkedValues, path: readonly string[], mark: string): LinkedValues {
  const [kind = '', name = '', ...rest] = path;
  const known = linked.records[kind] ?? { externalId: '', title: '', link: null, attributes: {} };
  const attribute = name === 'attributes' ? rest.join('.') : null;
  return { ...linked, records: { ...linked.records, [kind]: marked(known, name, attribute, mark) } };
}

/** `attribute` null: one of the thing's own values. */
function marked<T extends { readonly attributes: Readonly<Record<string, unknown>> }>(
  thing: T,
  name: string,
  attribute: string | null,
  mark: string,
): T {
  if (attribute === null) return { ...thing, [name]: mark };
  return { ...thing, attributes: { ...thing.attributes, [attribute]: mark } };
}

/** The same with all its text cleaned, however deep it is. */
function cleaned<T>(value: T): T {
  const clean: unknown =
    typeof value === 'string'
      ? value.replaceAll(/[\p{Cc}\p{Cs}]/gu, '\uFFFD')
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, cleaned(inner)]))
        : value;
  // Text stays text and objects keep their fields.
  return clean as T;
}
