import { compileMail, type MailToCompile } from './compile.ts';
import { contentKey } from './content-key.ts';
import type { Skeleton } from './skeleton.ts';

/**
 * Compiled mails, the least recently used forgotten first. Two callers who want the same one while it is being compiled wait for one
 * compilation; a refused content is not kept.
 */
export class SkeletonCache {
  readonly #capacity: number;
  readonly #kept = new Map<string, Promise<Skeleton>>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Throws ContentRefused as `compileMail` does. */
  async get(mail: MailToCompile): Promise<Skeleton> {
    const key = contentKey(mail);
    const compiling = this.#kept.get(key) ?? compileMail(mail);
    this.#kept.delete(key);
    this.#kept.set(key, compiling);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > this.#capacity && oldest !== undefined) this.#kept.delete(oldest);
    try {
      return await compiling;
    } catch (error) {
      if (this.#kept.get(key) === compiling) this.#kept.delete(key);
      throw error;
    }
  }
}
