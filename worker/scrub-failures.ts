import { ApplicationFailure, type Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';

/**
 * Whatever an activity throws unforeseen may speak of people (a constraint's values, a template's words). Temporal keeps
 * failures for ever, so only a code goes there; the whole error goes into the worker's log.
 */
export function scrubFailures(context: Context): ActivityInboundCallsInterceptor {
  return {
    async execute(input, next) {
      try {
        return await next(input);
      } catch (error) {
        if (
          error instanceof ApplicationFailure ||
          !(error instanceof Error) ||
          error.name === 'CancelledFailure'
        )
          throw error;
        context.log.error('an activity failed', { error: error.stack ?? error.message });
        throw ApplicationFailure.create({ message: `failed: ${codeOf(error)}`, type: codeOf(error) });
      }
    },
  };
}

/** SQLSTATE or system error code, else the error's class. */
function codeOf(error: Error): string {
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : error.name;
}
