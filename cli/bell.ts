import { pause } from './pause.ts';

/** A bell that remembers that it was struck while nobody was waiting. */
export interface Bell {
  readonly strike: () => void;
  /** Until the bell is struck, at most so many ms, or the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

export function createBell(): Bell {
  let struck = false;
  let heard = (): void => undefined;
  return {
    strike: () => {
      struck = true;
      heard();
    },
    wait: async (ms, signal) => {
      if (!struck) {
        const early = new AbortController();
        heard = () => early.abort();
        await pause(ms, AbortSignal.any([signal, early.signal]));
      }
      struck = false;
    },
  };
}
