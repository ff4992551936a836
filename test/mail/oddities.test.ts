import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { odditiesOf } from '../../mail/oddities.ts';
import { fillFor, recipient, skeletonOf } from './example-mail.ts';

const content = {
  subject: 'For {{ contact.firstName }}',
  text: '{{ contact.title }} {{ contact.attributes.room }} {{ customer.attributes.agent | default: "us" }}',
};

describe('what is odd in a mail', () => {
  it('is every missing value, and not only the first one that a fill stops at', async () => {
    const found = odditiesOf(await skeletonOf(content), { ...recipient, firstName: null });
    expect(found.map(({ code, field, skips }) => [code, field, skips])).toEqual([
      ['mergeValueMissing', 'contact.firstName', true],
      ['mergeValueMissing', 'contact.title', true],
      ['mergeValueMissing', 'contact.attributes.room', true],
      ['defaultUsed', 'customer.attributes.agent', false],
    ]);
  });

  it('is found in conditions and filters, too, where somebody would be skipped for it', async () => {
    const skeleton = await skeletonOf({
      subject: 'x',
      text: '{% if contact.firstName == "Anna" %}{{ contact.attributes.room | upcase }}{% endif %}',
    });
    expect(odditiesOf(skeleton, recipient)).toMatchObject([
      { field: 'contact.attributes.room', skips: true },
    ]);
    expect(odditiesOf(skeleton, { ...recipient, firstName: 'Eve' })).toEqual([]);
  });

  it('is a very long value, one written from right to left, and a person without a name', async () => {
    const skeleton = await skeletonOf({ subject: 'x', text: '{{ contact.lastName }}{{ customer.name }}' });
    const customer = { name: 'x'.repeat(61), attributes: {} };
    const codes = odditiesOf(skeleton, { ...recipient, lastName: 'דוד', customer }).map(({ code }) => code);
    expect(codes).toEqual(['rightToLeft', 'longValue']);
    const nobody = odditiesOf(skeleton, { ...recipient, firstName: null, lastName: '' });
    expect(nobody.map(({ code }) => code)).toEqual(['mergeValueMissing', 'noName']);
  });

  it('holds no value of the person', async () => {
    const secret = 'Xsecret';
    const person = { ...recipient, firstName: `${secret}\n`, lastName: secret.repeat(20), title: secret };
    expect(JSON.stringify(odditiesOf(await skeletonOf(content), person))).not.toContain(secret);
  });

  it('is a line break in a subject, also of somebody for whom a default is taken', async () => {
    const subject = '{{ contact.title | default: "Hello" }} {{ contact.attributes.room }}';
    const skeleton = await skeletonOf({ subject, text: 'x' });
    const odd = odditiesOf(skeleton, { ...recipient, title: null, attributes: { room: 'a\nb' } });
    expect(odd.map(({ code, skips }) => [code, skips])).toEqual([
      ['defaultUsed', false],
      ['unsafeHeaderValue', true],
    ]);
  });

  it('says that somebody would be skipped exactly when the fill skips them', async () => {
    const skeleton = await skeletonOf({
      subject: '{{ contact.firstName }} {{ contact.lastName | default: "x" }}',
      text: '{{ contact.title }} {{ contact.attributes.n | plus: 1 }} {{ contact.salutation }}',
    });
    const value = fc.option(fc.oneof(fc.constantFrom('', 'a\nb', '\u0000'), fc.string({ unit: 'grapheme' })));
    const people = fc.record({
      firstName: value,
      lastName: value,
      title: value,
      salutation: value,
      n: value,
    });
    fc.assert(
      fc.property(people, ({ n, ...person }) => {
        const change = { ...person, attributes: n === null ? {} : { n } };
        const skips = odditiesOf(skeleton, { ...recipient, ...change }).some((each) => each.skips);
        expect(skips).toBe(!fillFor(skeleton, change).ok);
      }),
    );
  });
});
