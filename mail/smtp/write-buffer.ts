/**
 * Joins the body and its end into one piece, so that a mail leaves in one system call, in memory that is used again for the
 * next mail of the session. Whoever uses it must see to it that the network has taken the last piece before the next is made.
 */
export class WriteBuffer {
  #bytes = Buffer.allocUnsafe(16 * 1024);

  join(body: Uint8Array, end: Uint8Array): Uint8Array {
    const length = body.length + end.length;
    if (length > this.#bytes.length) this.#bytes = Buffer.allocUnsafe(length * 2);
    this.#bytes.set(body);
    this.#bytes.set(end, body.length);
    return this.#bytes.subarray(0, length);
  }
}
