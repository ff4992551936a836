import { describe, expect, it } from 'vitest';
import { contentSchema, identitySchema } from '../../../domain/schema/content.ts';

const paths = (schema: typeof contentSchema | typeof identitySchema, value: unknown) =>
  schema.safeParse(value).error?.issues.map(({ path }) => path.join('.'));

describe('a content', () => {
  it.each([
    { subject: 'x', mjml: 'y' },
    { subject: 'x', html: 'y', text: 'z' },
    { subject: 'x', text: 'z' },
  ])('may be %j', (content) => {
    expect(contentSchema.parse(content)).toEqual(content);
  });

  it.each([
    [{ subject: 'x' }, ['']],
    [{ subject: 'x', mjml: 'a', html: 'b' }, ['html']],
    [{ subject: '', text: 'a' }, ['subject']],
    [{ subject: 'a\r\nBcc: x', text: 'a' }, ['subject']],
    [{ subject: 'x'.repeat(501), text: 'a' }, ['subject']],
    [{ subject: 'x', html: 'x'.repeat(1_000_001) }, ['html']],
    [{ subject: 'x', text: 'a', attachment: 'b' }, ['']],
  ])('may not be %j', (content, where) => {
    expect(paths(contentSchema, content)).toEqual(where);
  });
});

describe('an identity', () => {
  it('has a name and checked addresses, international ones too', () => {
    const identity = { name: 'IT', address: 'it@bücher.example', replyTo: 'jörg@example.com' };
    expect(identitySchema.parse(identity)).toEqual(identity);
    expect(paths(identitySchema, { ...identity, address: 'it@' })).toEqual(['address']);
    expect(paths(identitySchema, { ...identity, replyTo: 'a@b.example\r\nBcc: c@d.example' })).toEqual([
      'replyTo',
    ]);
    expect(paths(identitySchema, { ...identity, name: 'a\nb' })).toEqual(['name']);
    expect(paths(identitySchema, { ...identity, phone: '1' })).toEqual(['']);
  });
});
