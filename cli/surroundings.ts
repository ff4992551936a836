/** Where a command runs: everything it may touch besides the network and the file system. */
export interface Surroundings {
  readonly out: Output;
  readonly err: Output;
  readonly input: Input;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Resolves file names that were typed, and `.sluice`. */
  readonly folder: string;
  readonly now: () => Date;
  /** Ctrl-C, SIGTERM or a closed terminal; answers how to stop listening. Without a listener they end the process. */
  readonly onInterrupt: (interrupted: () => void) => () => void;
  /** Runs when the process ends in whatever way but SIGKILL; answers how to take it back. Synchronous work only. */
  readonly onExit: (restore: () => void) => () => void;
}

export interface Output {
  readonly write: (text: string) => void;
  readonly isTTY: boolean;
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** Calls back when the terminal changes its size; answers how to stop that. */
  readonly onResize: (changed: () => void) => () => void;
}

export interface Input {
  readonly isTTY: boolean;
  /** What is typed as it arrives, several keys at once when they came together; answers how to stop that. Only with a terminal. */
  readonly onKey: (pressed: (keys: string) => void) => () => void;
  /** One line, without its end. Only with a terminal. */
  readonly question: (text: string) => Promise<string>;
}
