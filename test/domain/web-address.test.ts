import { expect, it } from 'vitest';
import { isWebAddress } from '../../domain/web-address.ts';

it.each([
  'https://shop.example.com/orders/4711?a=1&b=%20#top',
  'HTTP://example.com',
  'https://müller.example/straße',
  'http://127.0.0.1:8080/',
])('%s is an address of a page', (text) => {
  expect(isWebAddress(text)).toBe(true);
});

it.each([
  '',
  'shop.example.com',
  'javascript:alert(1)',
  'data:text/html,x',
  'ftp://example.com/x',
  'https://',
  'https:///path',
  'https://example.com/a b',
  'https://example.com/"onclick="x',
  'https://example.com/<script>',
  'https://example.com/\nx',
  ' https://example.com',
  `https://example.com/${'x'.repeat(2_000)}`,
])('%j is none', (text) => {
  expect(isWebAddress(text)).toBe(false);
});
