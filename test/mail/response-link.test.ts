import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createResponseLinks, readResponseLink, signResponseLink } from '../../mail/response-link.ts';

const secret = Buffer.from('0123456789abcdef0123456789abcdef');
const target = {
  campaignId: '3b241101-e2bb-4255-8caf-4136c566a962',
  contactId: '0c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1',
  name: 'needHelp',
};
const targets = fc.record({
  campaignId: fc.uuid(),
  contactId: fc.uuid(),
  name: fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,39}$/),
});

test('a token names what it was made for, is the same each time and fits into an address as it is', () => {
  fc.assert(
    fc.property(targets, (each) => {
      const token = signResponseLink(secret, each);
      expect(readResponseLink(secret, token)).toEqual(each);
      expect(signResponseLink(secret, each)).toBe(token);
      expect(token).toMatch(/^[A-Za-z0-9._-]{66,105}$/);
    }),
  );
});

test('a token in which one character is another one is nobody’s', () => {
  const token = signResponseLink(secret, target);
  fc.assert(
    fc.property(
      fc.nat(token.length - 1),
      fc.constantFrom(...'ABCXYZabcxyz0189-_.~%'.split('')),
      (place, character) => {
        fc.pre(token[place] !== character);
        const forged = `${token.slice(0, place)}${character}${token.slice(place + 1)}`;
        expect(readResponseLink(secret, forged)).toBeNull();
      },
    ),
    { numRuns: 2_000 },
  );
});

test('a token of another secret, cut off or longer is nobody’s', () => {
  const token = signResponseLink(secret, target);
  expect(readResponseLink(Buffer.alloc(32), token)).toBeNull();
  for (const wrong of [
    '',
    '.',
    'done',
    token.slice(0, -1),
    `${token}A`,
    `${token}=`,
    ` ${token}`,
    token.slice(9),
  ])
    expect(readResponseLink(secret, wrong), wrong).toBeNull();
});

test('the links of two people, campaigns and names are different; those of a test are nobody’s', () => {
  const linksOf = (campaignId: string, test = false) =>
    createResponseLinks({
      secret,
      publicUrl: 'https://a.example',
      campaignId,
      names: ['done', 'needHelp'],
      test,
    });
  const links = linksOf(target.campaignId);
  const other = '99999999-9999-4999-8999-999999999999';
  const urls = [
    links.urlOf(target.contactId, 'done'),
    links.urlOf(target.contactId, 'needHelp'),
    links.urlOf(other, 'done'),
    linksOf(other).urlOf(target.contactId, 'done'),
  ];
  expect(new Set(urls).size).toBe(4);
  expect(links.urlOf(target.contactId, 'done')).toBe(urls[0]);
  const test = linksOf(target.campaignId, true).urlOf(target.contactId, 'done');
  const token = test.replace('https://a.example/r/', '');
  expect(readResponseLink(secret, token)).toEqual({
    campaignId: target.campaignId,
    contactId: '00000000-0000-0000-0000-000000000000',
    name: 'done',
  });
});
