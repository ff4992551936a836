/** 1: a fault or a failed proof; 2: wrong usage; 3: refused; 4: not found; 5: nothing answers. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5;

/** RFC 9457, as the API writes it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly instance?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

/** Why a command ends without having done its work; shown once, by the one place that runs commands. */
export class Failure extends Error {
  readonly exitCode: ExitCode;
  readonly problem: Problem | null;

  constructor(exitCode: ExitCode, message: string, problem: Problem | null = null) {
    super(message);
    this.name = 'Failure';
    this.exitCode = exitCode;
    this.problem = problem;
  }
}

/** What was typed cannot be meant. */
export function usage(message: string): Failure {
  return new Failure(2, message);
}
