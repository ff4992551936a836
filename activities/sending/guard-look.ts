import type { RecordedOutcome } from '../../db/ledger/outcomes.ts';

/**
 * Asks the guards while a batch is under way: whenever outcomes were recorded that they look at (hard bounces, deferrals). One
 * question at a time, and one more when something came meanwhile; a batch without trouble asks nothing. Until the answer is
 * there nothing more is claimed: beyond the threshold no more mails leave than the intent window has.
 */
export class GuardLook {
  readonly #mustHold: () => Promise<boolean>;
  readonly #onHold: () => void;
  readonly #onAnswer: () => void;
  #asking: Promise<void> | null = null;
  #again = false;

  constructor(options: {
    readonly mustHold: () => Promise<boolean>;
    readonly onHold: () => void;
    /** No question is under way any more. */
    readonly onAnswer: () => void;
  }) {
    this.#mustHold = options.mustHold;
    this.#onHold = options.onHold;
    this.#onAnswer = options.onAnswer;
  }

  get isAsking(): boolean {
    return this.#asking !== null;
  }

  see(outcomes: readonly RecordedOutcome[]): void {
    if (!outcomes.some(isEvidence)) return;
    this.#again = true;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
      this.#onAnswer();
    });
  }

  /** Waits for the question under way. */
  async end(): Promise<void> {
    await this.#asking;
  }

  async #ask(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      try {
        if (!(await this.#mustHold())) continue;
      } catch {
        // The database is away for a moment: the next outcome asks again, and the plan does when the batch ends.
        continue;
      }
      this.#onHold();
    }
  }
}

function isEvidence({ settlement: { state, hard } }: RecordedOutcome): boolean {
  return hard === true || state === 'deferred';
}
