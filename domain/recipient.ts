/** A typed attribute value of a contact or customer, as stored in `jsonb`. */
export type AttributeValue = string | number | boolean | null;

/** The organisation that a contact belongs to, as far as a mail may speak of it. */
interface RecipientCustomer {
  readonly name: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/**
 * Everything of a person that a mail may be filled with. Empty and unknown values are null, never ''.
 * `salutation` is what the import or a person wrote (see domain/salutation.ts), not the finished greeting.
 */
export interface Recipient {
  readonly contactId: string;
  readonly email: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly title: string | null;
  readonly salutation: string | null;
  /** BCP 47, such as `de` or `en-GB`. */
  readonly language: string | null;
  readonly timeZone: string | null;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly customer: RecipientCustomer | null;
}

/** Somebody of whom nothing but the address is known. */
export function unknownPerson(email: string, contactId: string): Recipient {
  return {
    contactId,
    email,
    firstName: null,
    lastName: null,
    title: null,
    salutation: null,
    language: null,
    timeZone: null,
    attributes: {},
    customer: null,
  };
}
