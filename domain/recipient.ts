/** A typed attribute value of a contact or customer, as stored in `jsonb`. */
export type AttributeValue = string | number | boolean | null;

/** The organisation that a contact belongs to, as far as a mail may speak of it. */
interface RecipientCustomer {
  readonly name: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** The person of our own side who looks after the customer. */
interface RecipientAgent {
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** A thing of another system that the person, the customer or the campaign has to do with. */
interface RecipientRecord {
  readonly externalId: string;
  readonly title: string;
  readonly link: string | null;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** What the database's function `linked_values` answers: the agent, and of each kind the record that counts for this person. */
export interface LinkedValues {
  readonly agent: RecipientAgent | null;
  readonly records: Readonly<Record<string, RecipientRecord>>;
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
  /** Only where the mail speaks of agents or linked records. */
  readonly linked?: LinkedValues | null;
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
