import { sql } from 'kysely';
import type { Database } from './open.ts';

/** How long a message is remembered: senders repeat for a day or two, and the events in it are known for ever. */
const keptFor = '3 days';

export type TakenMessage<Answer> =
  | { readonly kind: 'taken'; readonly answer: Answer }
  /** It came before: the answer is the one it got then. */
  | { readonly kind: 'repeated'; readonly answer: Answer }
  | { readonly kind: 'otherBody' };

/**
 * Does the work of a message once, in one transaction with the note that it came. One that comes again, also at the same
 * time, waits for the first and gets its answer; when the work fails nothing is noted, and the message may come again.
 */
export async function takeMessageOnce<Answer extends object>(
  db: Database,
  message: { readonly sourceId: string; readonly messageId: string; readonly bodySha256: Buffer },
  work: (trx: Database) => Promise<Answer>,
): Promise<TakenMessage<Answer>> {
  const { sourceId, messageId, bodySha256 } = message;
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql`
      insert into response_webhook_message (source_id, message_id, body_sha256)
      values (${sourceId}, ${messageId}, ${bodySha256}) on conflict do nothing returning 1`.execute(trx);
    const noted = trx
      .selectFrom('response_webhook_message')
      .select(['body_sha256', 'answer'])
      .where('source_id', '=', sourceId)
      .where('message_id', '=', messageId);
    if (rows.length === 0) {
      const { body_sha256: first, answer } = await noted.executeTakeFirstOrThrow();
      if (!first.equals(bodySha256)) return { kind: 'otherBody' };
      // Written below in the transaction that noted the message, so it is this answer.
      return { kind: 'repeated', answer: answer as Answer };
    }
    const answer = await work(trx);
    await trx
      .updateTable('response_webhook_message')
      .set({ answer: JSON.stringify(answer) })
      .where('source_id', '=', sourceId)
      .where('message_id', '=', messageId)
      .execute();
    return { kind: 'taken', answer };
  });
}

/** Removes notes of messages that nobody repeats any more. */
export async function forgetOldMessages(db: Database): Promise<void> {
  await sql`delete from response_webhook_message where at < now() - ${keptFor}::interval`.execute(db);
}
