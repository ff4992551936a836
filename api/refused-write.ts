import { RefusedWrite } from '../db/refused-write.ts';
import { refuse } from './check-input.ts';
import { Problem } from './problem.ts';

/** Runs a write of a person, customer, agent or record; what is refused becomes the Problem that fits. */
export async function writeOrRefuse<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof RefusedWrite) throw problemOf(error);
    throw error;
  }
}

function problemOf(error: RefusedWrite): Problem {
  const { refusal } = error;
  switch (refusal.kind) {
    case 'taken': {
      const { what, field, id } = refusal;
      return new Problem(
        'taken',
        `${what} ${id ?? '(just removed)'} has this ${words[field]} already; change that ${what}, or take another ${words[field]}`,
        { members: { id, field }, errors: [{ pointer: `/${field}`, detail: 'is taken' }], cause: error },
      );
    }
    case 'attributes':
      return refuse(
        'invalidBody',
        refusal.faults.map(({ name, why }) => ({ pointer: `/attributes/${name}`, detail: why })),
      );
    case 'noCustomer':
      return refuse('invalidBody', [
        { pointer: '/customerId', detail: `there is no customer ${refusal.id}; lists show their ids` },
      ]);
  }
}

const words = { email: 'address', name: 'name', externalId: 'external id' } as const;
