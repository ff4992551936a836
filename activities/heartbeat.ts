import { Context } from '@temporalio/activity';

const everyMs = 5_000;

/** Does one long piece of work in the database while Temporal hears that it lives. */
export async function beating<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
