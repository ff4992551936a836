import { nearest } from '../nearest-name.ts';
import { fieldType, ownFields, readField, type Field, type FieldType, type Owner } from './field.ts';
import type { FieldCondition, Filter } from './filter.ts';

/** An attribute that somebody declared or an import found. */
export interface DeclaredAttribute {
  readonly owner: Owner;
  readonly name: string;
  readonly type: FieldType;
  readonly choices: readonly string[] | null;
}

/** `path` leads to the condition in the JSON form. */
export interface FilterFault {
  readonly path: readonly (string | number)[];
  readonly detail: string;
}

/** What makes no sense in a filter: fields that nobody has, operators that do not fit the type, choices that there are not. */
export function checkFilter(filter: Filter, attributes: readonly DeclaredAttribute[]): FilterFault[] {
  const known = new Map(attributes.map((each) => [`${each.owner}.${each.name}`, each]));
  return check(filter, 'contact', [], { known, attributes, typeOf: fieldType(attributes) });
}

interface Facts {
  readonly known: ReadonlyMap<string, DeclaredAttribute>;
  readonly attributes: readonly DeclaredAttribute[];
  readonly typeOf: (field: Field) => FieldType | null;
}
type Path = readonly (string | number)[];

function check(filter: Filter, scope: Owner, path: Path, facts: Facts): FilterFault[] {
  if ('and' in filter)
    return filter.and.flatMap((part, index) => check(part, scope, [...path, 'and', index], facts));
  if ('or' in filter)
    return filter.or.flatMap((part, index) => check(part, scope, [...path, 'or', index], facts));
  if ('not' in filter) return check(filter.not, scope, [...path, 'not'], facts);
  if ('field' in filter)
    return checkField(filter, scope, facts).map((detail) => ({ path: [...path, 'field'], detail }));
  if (scope === 'record')
    return [
      {
        path,
        detail: 'of a record only its own fields can be asked for; put this beside the record with "and"',
      },
    ];
  return 'record' in filter && filter.with !== undefined
    ? check(filter.with, 'record', [...path, 'with'], facts)
    : [];
}

function checkField(condition: FieldCondition, scope: Owner, facts: Facts): string[] {
  const field = readField(condition.field, scope);
  if (field === null || (field.owner === 'record') !== (scope === 'record'))
    return [wrongPlace(condition.field, scope, field)];
  const type = facts.typeOf(field);
  if (type === null) return [unknownField(field, facts)];
  const unfit = refuseOperator(condition, type);
  if (unfit !== null) return [unfit];
  const declared = field.isAttribute ? facts.known.get(`${field.owner}.${field.name}`) : undefined;
  return refuseChoices(condition, declared?.choices ?? null);
}

function wrongPlace(written: string, scope: Owner, field: Field | null): string {
  if (scope === 'record')
    return `${written} is no field of a record; inside of "with" are the record's own: title, externalId, and its attributes`;
  return field === null
    ? `${JSON.stringify(written)} is no field; a field is written with its owner, as contact.${written} or customer.${written}`
    : `${written} is a field of a record; ask for it as: has record KIND with (${field.name} …)`;
}

function unknownField({ owner, name, isAttribute }: Field, { attributes }: Facts): string {
  const names = [
    ...Object.keys(ownFields[owner]),
    ...attributes.filter((each) => each.owner === owner).map((each) => each.name),
  ];
  const what = isAttribute ? `a ${owner} has no field or attribute` : `a ${owner} has no field`;
  return `${what} ${JSON.stringify(name)}; did you mean ${owner}.${nearest(name, names)}? An attribute is declared, or found by an import, before a filter can name it`;
}

const operators: Readonly<Record<FieldType, readonly FieldCondition['op'][]>> = {
  text: ['is', 'isNot', 'in', 'contains', 'startsWith', 'isEmpty'],
  choice: ['is', 'isNot', 'in', 'isEmpty'],
  number: ['=', '!=', '<', '<=', '>', '>=', 'between', 'isEmpty'],
  date: ['on', 'before', 'after', 'olderThan', 'withinLast', 'isEmpty'],
  yesNo: ['is', 'isNot', 'isEmpty'],
};

const typeWords: Readonly<Record<FieldType, string>> = {
  text: 'a text',
  choice: 'a choice',
  number: 'a number',
  date: 'a date',
  yesNo: 'yes or no',
};

function refuseOperator(condition: FieldCondition, type: FieldType): string | null {
  const { field, op } = condition;
  const isText = type === 'text' || type === 'choice';
  if (isText && (op === '=' || op === '!='))
    return `${field} is ${typeWords[type]}, not a number; write what it is compared with as a text, in quotation marks: "${condition.value}"`;
  if (!operators[type].includes(op))
    return `${field} is ${typeWords[type]}: "${op}" does not fit it; use ${operators[type].join(', ')}`;
  if (op !== 'is' && op !== 'isNot') return null;
  if (type === 'yesNo' && typeof condition.value !== 'boolean')
    return `${field} is yes or no (got ${JSON.stringify(condition.value)}); compare it with yes or no`;
  return isText && typeof condition.value === 'boolean'
    ? `${field} is ${typeWords[type]}, not yes or no; the text is written in quotation marks: "${condition.value ? 'yes' : 'no'}"`
    : null;
}

function refuseChoices(condition: FieldCondition, choices: readonly string[] | null): string[] {
  if (choices === null || choices.length === 0) return [];
  const { field } = condition;
  const asked = 'value' in condition ? [condition.value].flat() : [];
  return asked
    .filter((value) => typeof value === 'string')
    .filter((value) => !choices.includes(value))
    .slice(0, 10)
    .map(
      (value) =>
        `${field} is never ${JSON.stringify(value)}; did you mean ${JSON.stringify(nearest(value, choices))}? Its choices are ${choices.slice(0, 20).join(', ')}`,
    );
}
