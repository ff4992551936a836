import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageIdOf } from '../../domain/message-id.ts';

describe('a Message-ID', () => {
  it('is a function of campaign, contact and domain, and fits a header', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), fc.uuid(), (campaign, one, other) => {
        const id = messageIdOf(campaign, one, 'example.com');
        expect(id).toMatch(/^<[0-9a-z]{1,25}\.[0-9a-z]{1,25}@example\.com>$/);
        expect(messageIdOf(campaign.toUpperCase(), one, 'example.com')).toBe(id);
        if (one !== other) expect(messageIdOf(campaign, other, 'example.com')).not.toBe(id);
        if (campaign !== one) expect(messageIdOf(one, campaign, 'example.com')).not.toBe(id);
      }),
    );
  });

  it('is never made of anything but ids', () => {
    expect(() => messageIdOf('anna@example.com', 'x', 'example.com')).toThrow(TypeError);
  });
});
