import type { Contact } from '../db/contacts.ts';
import { wireInstant } from './wire-instant.ts';

/** A person as the API shows them. */
export function showContact({ createdAt, updatedAt, ...contact }: Contact) {
  return { ...contact, createdAt: wireInstant(createdAt), updatedAt: wireInstant(updatedAt) };
}
