/** Mails of a usual size are cut from a shared piece of memory: allocating each on its own takes longer than writing it. */
const slabSize = 64 * 1024;
const sharedLimit = slabSize >> 1;
/** Up to here a loop beats the call into native code that a write is. */
const shortValue = 48;

let slab = Buffer.allocUnsafeSlow(slabSize);
let taken = 0;

/** Memory for one message, never handed out twice. */
export function takeBuffer(length: number): Buffer {
  if (length > sharedLimit) return Buffer.allocUnsafeSlow(length);
  if (taken + length > slabSize) {
    slab = Buffer.allocUnsafeSlow(slabSize);
    taken = 0;
  }
  taken += length;
  return slab.subarray(taken - length, taken);
}

/** What is written at one place: a value by its index, or fixed octets; the short ones among these as a string of one octet per character. */
export type Step = number | string | Uint8Array;

export function fixedStep(ascii: string): Step {
  return ascii.length > shortValue ? Buffer.from(ascii, 'latin1') : ascii;
}

/** Writes all steps, one after the other. `values` have one octet per character. */
export function writeSteps(steps: readonly Step[], values: readonly string[], target: Buffer): Buffer {
  let at = 0;
  for (const step of steps) {
    if (typeof step === 'number') {
      at += writeValue(values[step] ?? '', at, target);
    } else if (typeof step === 'string') {
      at += writeValue(step, at, target);
    } else {
      target.set(step, at);
      at += step.length;
    }
  }
  return target;
}

function writeValue(value: string, at: number, target: Buffer): number {
  if (value.length > shortValue) return target.write(value, at, 'latin1');
  for (let index = 0; index < value.length; index++) target[at + index] = value.charCodeAt(index);
  return value.length;
}
