/** The file as a whole holds no holidays; the message says what was found and what would help. */
export class UnreadableIcalendar extends Error {
  override readonly name = 'UnreadableIcalendar';
}
