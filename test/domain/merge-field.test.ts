import { describe, expect, it } from 'vitest';
import { mergeFields, mergeLookup, mergeScope, nearestField } from '../../domain/merge-field.ts';
import type { Recipient } from '../../domain/recipient.ts';

const recipient: Recipient = {
  contactId: '00000000-0000-4000-8000-000000000001',
  email: 'anna@example.com',
  firstName: 'Anna',
  lastName: null,
  title: '',
  salutation: null,
  language: 'en',
  timeZone: null,
  attributes: { city: 'Ulm', floor: 0, vip: false, gone: null, empty: '' },
  customer: { name: 'Muster', attributes: { group: 'A' } },
};
const source = { recipient, campaignName: 'Upgrade' };
const read = (field: string) => mergeLookup(field.split('.'))?.(source);

describe('a merge field', () => {
  it.each([
    ['contact.firstName', 'Anna'],
    ['contact.lastName', null],
    ['contact.title', null],
    ['contact.email', 'anna@example.com'],
    ['contact.salutation', 'Dear Anna,'],
    ['contact.attributes.city', 'Ulm'],
    ['contact.attributes.floor', 0],
    ['contact.attributes.vip', false],
    ['contact.attributes.empty', null],
    ['contact.attributes.constructor', null],
    ['contact.attributes.__proto__', null],
    ['customer.name', 'Muster'],
    ['customer.attributes.group', 'A'],
    ['campaign.name', 'Upgrade'],
  ])('%s is read as %j', (field, value) => {
    expect(read(field)).toBe(value);
  });

  it.each([
    'contact',
    'contact.first',
    'contact.attributes',
    'contact.attributes.a.b',
    'customer',
    'campaign.id',
    'x.y',
    'contact.firstName.length',
  ])('%s does not exist', (field) => {
    expect(mergeLookup(field.split('.'))).toBeNull();
  });

  it.each([
    ['contact.firstname', 'contact.firstName'],
    ['contact.first_name', 'contact.firstName'],
    ['contact.mail', 'contact.email'],
    ['customer.nam', 'customer.name'],
    ['contact.attribute.city', 'contact.attributes.X'],
  ])('that does not exist, %s, comes nearest to %s', (written, field) => {
    expect(nearestField(written)).toBe(field);
  });

  it('of the documentation can be read', () => {
    for (const { field } of mergeFields) expect(mergeLookup(field.split('.')), field).not.toBeNull();
  });

  it('without a value is not in the scope of a template', () => {
    expect(mergeScope(source)).toEqual({
      contact: {
        firstName: 'Anna',
        email: 'anna@example.com',
        salutation: 'Dear Anna,',
        attributes: { city: 'Ulm', floor: 0, vip: false },
      },
      customer: { name: 'Muster', attributes: { group: 'A' } },
      campaign: { name: 'Upgrade' },
    });
  });
});
