import type { NativeConnection } from '@temporalio/worker';
import { searchAttributes } from '../domain/temporal-names.ts';

/** Value of temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD; the enum itself is in a package for internal use. */
const keyword = 2;
/** gRPC status ALREADY_EXISTS. */
const alreadyExists = 6;

/**
 * Registers what campaigns are found by in the Temporal UI. Workflows upsert these, so a worker makes sure of them before
 * it takes its first task; ones that exist are left alone.
 */
export async function registerSearchAttributes(
  connection: NativeConnection,
  namespace: string,
): Promise<void> {
  for (const name of Object.values(searchAttributes)) {
    try {
      await connection.operatorService.addSearchAttributes({
        namespace,
        // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- see `keyword`
        searchAttributes: { [name]: keyword },
      });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === alreadyExists)) throw error;
    }
  }
}
