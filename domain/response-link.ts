/** A link in a mail by which its recipient answers with one click on a page of ours. */
export interface ResponseLink {
  /** As in `{{ links.NAME }}`. */
  readonly name: string;
  /** What the button says, by language. */
  readonly label: ResponseLabel;
  /** True: the answer is open until somebody handles it. False: it is handled by being given. */
  readonly opens: boolean;
}

interface ResponseLabel {
  readonly en?: string | undefined;
  readonly de?: string | undefined;
}
