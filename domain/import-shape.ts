import type { ImportPlan } from './import-plan.ts';
import type { ContactField, CustomerField, ImportTarget } from './import-target.ts';

/** Which values the rows of a file can change: what it has no column for stays as it is. */
export interface ImportShape {
  readonly contact: Part<ContactField>;
  readonly customer: Part<CustomerField>;
  readonly records: readonly (Part<'title' | 'link' | 'externalId'> & { readonly kind: string })[];
}

interface Part<Field> {
  readonly fields: ReadonlySet<Field>;
  readonly attributes: readonly string[];
}

export function shapeOf({ columns }: Pick<ImportPlan, 'columns'>): ImportShape {
  const targets = columns.map(({ target }) => target);
  const kinds = new Set(targets.flatMap((target) => (target.of === 'record' ? [target.kind] : [])));
  return {
    contact: {
      fields: new Set(targets.flatMap((target) => (target.of === 'contact' ? [target.field] : []))),
      attributes: attributesOf(targets, 'contact', null),
    },
    customer: {
      fields: new Set(targets.flatMap((target) => (target.of === 'customer' ? [target.field] : []))),
      attributes: attributesOf(targets, 'customer', null),
    },
    records: [...kinds].map((kind) => ({
      kind,
      fields: new Set(
        targets.flatMap((target) => (target.of === 'record' && target.kind === kind ? [target.field] : [])),
      ),
      attributes: attributesOf(targets, 'record', kind),
    })),
  };
}

function attributesOf(targets: readonly ImportTarget[], of: string, kind: string | null): string[] {
  return targets.flatMap((target) =>
    target.of === 'attribute' &&
    target.owner.of === of &&
    (target.owner.of !== 'record' || target.owner.kind === kind)
      ? [target.name]
      : [],
  );
}
