import type { DeliveryState } from './delivery-state.ts';
import type { Bounds, Facts } from './explanation-facts.ts';
import { ruleChecks } from './explanation-rules.ts';
import { describeAct, describeClosed, describeLimit, instant, tidy } from './explanation-words.ts';
import type { Instant } from './instant.ts';

export interface Check {
  readonly check:
    | 'audience'
    | 'suppression'
    | 'consent'
    | 'document'
    | 'template'
    | 'cap'
    | 'campaignGate'
    | 'mainGate'
    | 'relay'
    | 'window'
    | 'limit'
    | 'capacity';
  readonly passed: boolean;
  readonly evidence: string;
}

/** What was looked at, and what it said. */
export function checksOf(facts: Facts): Check[] {
  const { delivery, campaign, suppression } = facts;
  const checks: Check[] = [
    {
      check: 'audience',
      passed: true,
      evidence: `position ${delivery.position} of the audience frozen ${campaign.snapshotAt === null ? 'at the start' : `at ${instant(campaign.snapshotAt)}`}`,
    },
    {
      check: 'suppression',
      passed: suppression === null,
      evidence:
        suppression === null
          ? 'the address is not suppressed'
          : `suppressed since ${instant(suppression.at)}: ${suppression.reason} (${suppression.source})`,
    },
    ...ruleChecks(facts.rules, isOpen(delivery.state)),
  ];
  return isOpen(delivery.state) ? [...checks, ...gateChecks(facts)] : checks;
}

function isOpen(state: DeliveryState): boolean {
  return state === 'planned' || state === 'deferred' || state === 'sending';
}

/** Only of interest while something can still leave. */
function gateChecks({ pause, mainGate, trouble, bounds }: Facts): Check[] {
  return [
    {
      check: 'campaignGate',
      passed: pause === null,
      evidence: pause === null ? 'the gate of the campaign is open' : `closed ${describeAct(pause)}`,
    },
    {
      check: 'mainGate',
      passed: mainGate === null,
      evidence: mainGate === null ? 'the main gate is open' : `closed ${describeAct(mainGate)}`,
    },
    {
      check: 'relay',
      passed: trouble === null,
      evidence:
        trouble === null
          ? 'the relay had no trouble at the last attempt'
          : `${trouble.code} since ${instant(trouble.since)}: ${tidy(trouble.text)}`,
    },
    ...boundChecks(bounds),
  ];
}

/** Windows, limits and responses, where the campaign has them. */
function boundChecks({ window, limit, capacity }: Bounds): Check[] {
  const checks: Check[] = [];
  if (window !== null)
    checks.push({
      check: 'window',
      passed: window.opensAt === null,
      evidence:
        window.opensAt === null
          ? `a window is open${until(window.closesAt)} (${window.timeZone})`
          : describeClosed(window),
    });
  if (limit !== null)
    checks.push({ check: 'limit', passed: limit.freeAt === null, evidence: describeLimit(limit) });
  if (capacity !== null)
    checks.push({ check: 'capacity', passed: !capacity.heldBack, evidence: capacity.sentence });
  return checks;
}

function until(closesAt: Instant | null): string {
  return closesAt === null || !Number.isFinite(closesAt) ? '' : ` until ${instant(closesAt)}`;
}
