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
const linked = {
  agent: { name: 'Rossi', email: 'rossi@example.com', phone: '', attributes: { room: 7, gone: null } },
  records: {
    order: { externalId: '4711', title: 'Order 4711', link: null, attributes: { total: 12.5 } },
    constructor: { externalId: 'c', title: 'C', link: 'https://example.com/c', attributes: {} },
  },
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
    ['agent.name', 'Rossi'],
    ['agent.email', 'rossi@example.com'],
    ['agent.phone', null],
    ['agent.attributes.room', 7],
    ['agent.attributes.gone', null],
    ['agent.attributes.constructor', null],
    ['record.order.title', 'Order 4711'],
    ['record.order.externalId', '4711'],
    ['record.order.link', null],
    ['record.order.attributes.total', 12.5],
    ['record.ticket.title', null],
    ['record.toString.title', null],
    ['record.constructor.link', 'https://example.com/c'],
  ])('of what is linked, %s, is read as %j, and as null where nothing is linked', (field, value) => {
    const lookup = mergeLookup(field.split('.'));
    expect(lookup?.({ ...source, recipient: { ...recipient, linked } })).toBe(value);
    expect(lookup?.(source)).toBeNull();
    expect(lookup?.({ ...source, recipient: { ...recipient, linked: null } })).toBeNull();
  });

  it('of what is linked is in the scope of a template only with a value', () => {
    expect(mergeScope({ ...source, recipient: { ...recipient, linked } })).toMatchObject({
      agent: { name: 'Rossi', email: 'rossi@example.com', attributes: { room: 7 } },
      record: { order: { externalId: '4711', title: 'Order 4711', attributes: { total: 12.5 } } },
    });
    const nobody = { agent: null, records: {} };
    const scope = mergeScope({ ...source, recipient: { ...recipient, linked: nobody } });
    expect(scope).toMatchObject({ agent: {}, record: {} });
  });

  it.each([
    'agent',
    'agent.age',
    'agent.attributes',
    'agent.attributes.a.b',
    'agent.name.length',
    'record',
    'record.order',
    'record.order.price',
    'record.order.attributes',
    'record.order.title.size',
    'record..title',
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
    ['agent.mail', 'agent.email'],
    ['agents.attribute.room', 'agent.attributes.X'],
    ['record.order.titel', 'record.order.title'],
    ['record.order.url', 'record.order.title'],
    ['records.order.attr.total', 'record.order.attributes.X'],
    ['record', 'record.KIND.title'],
  ])('that does not exist, %s, comes nearest to %s', (written, field) => {
    expect(nearestField(written)).toBe(field);
  });

  it('of the documentation can be read', () => {
    for (const { field } of mergeFields) expect(mergeLookup(field.split('.')), field).not.toBeNull();
  });

  it('without a value is not in the scope of a template', () => {
    expect(mergeScope(source)).toEqual({
      event: {},
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
