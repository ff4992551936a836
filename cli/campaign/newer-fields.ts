import type { Campaign } from '../answers.ts';

/** Open responses against what may be open at once; null without a capacity, or from a server that does not tell. */
export interface OpenResponses {
  readonly open: number;
  readonly limit: number;
  /** Answers that mails already out will probably bring; null when not told. */
  readonly expected: number | null;
}

export interface GuardWarning {
  readonly guard: string;
  readonly text: string;
}

/** Fields that a server of another version may leave out: the screen then shows what it has. */
export function openResponses(campaign: Campaign): OpenResponses | null {
  const responses: unknown = 'responses' in campaign ? campaign.responses : null;
  if (typeof responses !== 'object' || responses === null) return null;
  const open = numberIn(responses, 'open');
  const limit = numberIn(responses, 'limit');
  if (open === null || limit === null) return null;
  return { open, limit, expected: numberIn(responses, 'expected') };
}

export function guardWarnings(campaign: Campaign): GuardWarning[] {
  const warnings: unknown = 'warnings' in campaign ? campaign.warnings : [];
  return Array.isArray(warnings) ? warnings.filter(isGuardWarning) : [];
}

function isGuardWarning(value: unknown): value is GuardWarning {
  return (
    typeof value === 'object' &&
    value !== null &&
    'guard' in value &&
    typeof value.guard === 'string' &&
    'text' in value &&
    typeof value.text === 'string'
  );
}

function numberIn(values: object, name: string): number | null {
  const value: unknown = new Map<string, unknown>(Object.entries(values)).get(name);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
