/**
 * Whom the rows of a file speak of: contacts by external id and address, customers by external id and name.
 *
 * Semantics
 * - A row whose external id is known means that one, whatever its key; a new key is taken over when nobody else has it.
 * - Else the key counts: it is that one's, who takes the row's external id if it has none.
 * - A key that belongs to another external id is a clash: the row is refused. Else two people would become one.
 * - Rows are placed in the order of the file, and each sees what those before it changed.
 *
 * Implementation: pure; what is stored is told by `learn`. A key that somebody gave up in this group may only be taken in the next one
 * (`cut`): a set of updates in one statement would meet itself on the unique index.
 */
export class IdentityBook<Id> {
  readonly #byKey = new Map<string, Entry<Id>>();
  readonly #byExternalId = new Map<string, Entry<Id>>();
  readonly #givenUp = new Set<string>();
  readonly #ids = new Set<Id>();

  /** Somebody who is stored already; of one that is known the book knows better. */
  learn(id: Id, externalId: string | null, key: string): void {
    if (this.#ids.has(id)) return;
    this.#ids.add(id);
    const entry = { id, externalId, key };
    this.#byKey.set(key, entry);
    if (externalId !== null) this.#byExternalId.set(externalId, entry);
  }

  /** All that was placed is written: keys that were given up are free. */
  settle(): void {
    this.#givenUp.clear();
  }

  /** Who is meant by an external id or, without one, by a key; undefined: nobody that is known. */
  find(externalId: string | null, key: string | null): Entry<Id> | undefined {
    if (externalId !== null) return this.#byExternalId.get(externalId);
    return key === null ? undefined : this.#byKey.get(key);
  }

  /** What placing a row would come to; changes nothing. */
  look(externalId: string | null, key: string | null): Look {
    const known = externalId === null ? undefined : this.#byExternalId.get(externalId);
    if (known === undefined && key === null) return 'keyNeeded';
    const holder = key === null ? undefined : this.#byKey.get(key);
    if (known !== undefined && (key === null || key === known.key)) return 'free';
    if (holder !== undefined && (known !== undefined || (externalId !== null && holder.externalId !== null)))
      return 'clash';
    return holder === undefined && key !== null && this.#givenUp.has(key) ? 'cut' : 'free';
  }

  /** Whom a row means for which `look` answered `free`. */
  place(externalId: string | null, key: string | null): Entry<Id> {
    const known = externalId === null ? undefined : this.#byExternalId.get(externalId);
    const entry = known ??
      (key === null ? undefined : this.#byKey.get(key)) ?? { id: null, externalId, key: key ?? '' };
    if (externalId !== null) {
      entry.externalId = externalId;
      this.#byExternalId.set(externalId, entry);
    }
    if (key !== null && key !== entry.key) {
      this.#byKey.delete(entry.key);
      this.#givenUp.add(entry.key);
      entry.key = key;
    }
    this.#byKey.set(entry.key, entry);
    return entry;
  }
}

/** `id` null: not stored yet. The same object for all rows that mean the same one; changes as rows are placed. */
export interface Entry<Id> {
  readonly id: Id | null;
  externalId: string | null;
  key: string;
}

/**
 * `clash`: the key belongs to another external id. `keyNeeded`: the external id is not known, and there is no key to make one with.
 * `cut`: write what was placed so far, then begin with a new book at this row.
 */
export type Look = 'free' | 'clash' | 'keyNeeded' | 'cut';
