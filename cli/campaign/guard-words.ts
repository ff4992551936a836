import type { Campaign } from '../answers.ts';
import { clean } from '../terminal-text.ts';

/** When the campaign holds itself, a line for each guard. */
export function guardLines({
  hardBounces,
  complaints,
  deferrals,
  overCapacity,
  behindPlan,
}: Campaign['guards']): string[] {
  return [
    `hard bounces   ${share(hardBounces, 'of the last')}`,
    `complaints     ${share(complaints, 'of those mailed, at least')}`,
    `deferrals      ${share(deferrals, 'of the last')}`,
    `over capacity  ${overCapacity === null ? 'off' : `held after ${overCapacity.after}`}`,
    `behind plan    ${behindPlan === null ? 'off' : `held when ${behindPlan.by} late`}`,
  ];
}

/** What guards see coming; nothing when all is well. */
export function guardWarnings({ warnings }: Pick<Campaign, 'warnings'>): string[] {
  return warnings.map(({ sentence }) => `! ${clean(sentence)}`);
}

function share(limit: { readonly share: number; readonly of: number } | null, of: string): string {
  if (limit === null) return 'off';
  return `held at ${Number((limit.share * 100).toPrecision(6))} % ${of} ${limit.of}`;
}
