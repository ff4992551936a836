/** Reasons of a skip that a person can overrule: the person had it before. All others stand whoever asks. */
export const forcibleReasons = ['documentSent', 'templateSentRecently'] as const;

export function isForcible(reasonCode: string | null): boolean {
  return forcibleReasons.some((each) => each === reasonCode);
}
