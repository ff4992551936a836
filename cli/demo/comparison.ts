import { isFinal, type DeliveryState } from '../../domain/delivery-state.ts';

/** A row of the ledger, as far as the comparison needs it. */
export interface LedgerRow {
  readonly email: string;
  readonly state: DeliveryState;
  readonly messageId: string;
}

/** One mail that the sink accepted for one recipient. */
export interface Received {
  readonly to: string;
  readonly messageId: string;
}

/** What is wrong when the ledger and the sink disagree; every list is empty when all is well. */
export interface Comparison {
  readonly ledger: Readonly<Record<DeliveryState, number>>;
  readonly received: number;
  /** The ledger says sent, the sink has nothing. */
  readonly lost: readonly string[];
  /** The sink has the same person or the same Message-ID more than once. */
  readonly doubled: readonly string[];
  /** The sink has a mail that the ledger does not call sent or in doubt. */
  readonly ghosts: readonly string[];
  /** Twice in the ledger, never in it though imported, in it though not imported, or not in a final state. */
  readonly misplaced: readonly string[];
  /** Handed over, no answer recorded; whether the sink has it is what a person would find in the relay's log. */
  readonly inDoubt: readonly { readonly email: string; readonly arrived: boolean }[];
  readonly agrees: boolean;
}

/**
 * Compares, address by address, who was imported, what the ledger says became of them, and what the sink received. Addresses are
 * compared without case. In doubt is no disagreement: it is what the ledger promises to list, whichever way the mail went.
 */
export function compare(
  imported: readonly string[],
  ledger: readonly LedgerRow[],
  received: readonly Received[],
): Comparison {
  const arrivals = countBy(received, ({ to }) => key(to));
  const rows = countBy(ledger, ({ email }) => key(email));
  const byAddress = new Map(ledger.map((row) => [key(row.email), row]));
  const has = (row: LedgerRow): boolean => arrivals.has(key(row.email));
  const lost = ledger.filter((row) => row.state === 'sent' && !has(row)).map(({ email }) => email);
  const doubled = [...repeated(arrivals), ...repeated(countBy(received, ({ messageId }) => messageId))];
  const ghosts = received.filter((mail) => isGhost(mail, byAddress.get(key(mail.to)))).map(({ to }) => to);
  const importedKeys = new Set(imported.map(key));
  const misplaced = [
    ...repeated(rows),
    ...imported.filter((email) => !rows.has(key(email))),
    ...ledger
      .filter(({ email, state }) => !importedKeys.has(key(email)) || !isFinal(state))
      .map(({ email }) => email),
  ];
  const inDoubt = ledger
    .filter(({ state }) => state === 'inDoubt')
    .map((row) => ({ email: row.email, arrived: has(row) }));
  return {
    ledger: countStates(ledger),
    received: received.length,
    lost,
    doubled,
    ghosts,
    misplaced,
    inDoubt,
    agrees: [lost, doubled, ghosts, misplaced].every((list) => list.length === 0),
  };
}

/** Also a mail that carries another Message-ID than the ledger has for this person was not sent by this campaign. */
function isGhost(mail: Received, row: LedgerRow | undefined): boolean {
  if (row === undefined || row.messageId !== mail.messageId) return true;
  return row.state !== 'sent' && row.state !== 'inDoubt';
}

function countStates(ledger: readonly LedgerRow[]): Record<DeliveryState, number> {
  const counts = countBy(ledger, ({ state }) => state);
  const of = (state: DeliveryState): number => counts.get(state) ?? 0;
  return {
    planned: of('planned'),
    sending: of('sending'),
    deferred: of('deferred'),
    sent: of('sent'),
    failed: of('failed'),
    skipped: of('skipped'),
    cancelled: of('cancelled'),
    inDoubt: of('inDoubt'),
  };
}

function countBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

function repeated(counts: ReadonlyMap<string, number>): string[] {
  return [...counts].filter(([, times]) => times > 1).map(([name]) => name);
}

function key(address: string): string {
  return address.trim().normalize('NFC').toLowerCase();
}
