import { describe, expect, it } from 'vitest';
import { parseSmtpUrl } from '../../../mail/smtp/url.ts';

const plain = {
  host: 'relay.example',
  port: 25,
  tls: 'opportunistic',
  insecureTls: false,
  login: null,
  insecureAuth: false,
  name: null,
};
const login = { user: 'u@x', secret: 'p:/?#@ä', method: null };
const userinfo = 'u%40x:p%3A%2F%3F%23%40%C3%A4@';

describe('SMTP_URL', () => {
  it.each([
    ['smtp://relay.example', {}],
    ['smtp://relay.example/', {}],
    ['smtp://relay.example:2525', { port: 2525 }],
    [`smtp://${userinfo}relay.example`, { port: 587, login }],
    ['smtps://relay.example', { port: 465, tls: 'implicit' }],
    [
      `smtps://${userinfo}relay.example?auth=xoauth2`,
      { port: 465, tls: 'implicit', login: { ...login, method: 'XOAUTH2' } },
    ],
    ['smtp://relay.example?requireTLS', { tls: 'required' }],
    ['smtp://relay.example?requireTLS=false', {}],
    ['smtp://relay.example?ignoreTLS=true', { tls: 'off' }],
    ['smtp://relay.example?insecureTLS&insecureAuth', { insecureTls: true, insecureAuth: true }],
    ['smtp://relay.example?name=mail.example.com', { name: 'mail.example.com' }],
    ['smtp://[::1]:25', { host: '::1' }],
  ])('%s is understood', (url, expected) => {
    expect(parseSmtpUrl(url)).toEqual({ ...plain, ...expected });
  });

  it.each([
    ['http://relay.example', 'must begin with smtp:// or smtps://'],
    ['relay.example', 'not of the form'],
    ['smtp://relay.example/inbox', 'not of the form'],
    ['smtp://relay.example:70000', 'not of the form'],
    ['smtp://relay.example:0', '1–65535'],
    ['smtp://relay.example?requireTls', 'unknown setting ?requireTls; known are requireTLS'],
    ['smtp://relay.example?requireTLS=perhaps', 'true or false'],
    ['smtp://relay.example?requireTLS&requireTLS', 'more than once'],
    ['smtp://relay.example?requireTLS&ignoreTLS', 'leave one of them out'],
    ['smtps://relay.example?ignoreTLS', 'leave one of them out'],
    ['smtp://relay.example?auth=plain', 'no user and password'],
    ['smtp://u:p@relay.example?auth=ntlm', 'plain, login or xoauth2'],
    ['smtp://u@relay.example', 'only one of user and password'],
    ['smtp://relay.example?name=a%0D%0Ab', 'no host name'],
  ])('%s is refused: %s', (url, words) => {
    expect(() => parseSmtpUrl(url)).toThrow(words);
  });

  it.each(['geh/eim', 'geh?eim', 'geh#eim', '12/geheim', '%geheim', 'geh@eim/', '%E4geheim'])(
    'shows nothing of the password %s that should have been encoded',
    (password) => {
      let said = 'understood';
      try {
        said = parseSmtpUrl(`smtp://someone:${password}@relay.example`).login?.secret ?? said;
      } catch (error) {
        said = String(error);
      }
      expect(said).toContain('%40');
      expect(said).not.toMatch(/geh|eim|someone/);
    },
  );
});
