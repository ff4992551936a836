import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { listen } from '../../api/server.ts';

it('stops without waiting for connections on which nothing is asked, and lets the others have their answer', async () => {
  let answer = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let seen = (): void => undefined;
  const arrived = new Promise<void>((resolve) => {
    seen = resolve;
  });
  const server = await listen(
    (_, response) => {
      seen();
      void asked.then(() => response.end('done'));
    },
    { host: '127.0.0.1', port: 0 },
  );
  const silent = connect(server.port, '127.0.0.1');
  await once(silent, 'connect');
  const slow = fetch(`http://127.0.0.1:${server.port}/`);
  await arrived;
  const stopped = server.stop();
  answer();
  expect(await (await slow).text()).toBe('done');
  await stopped;
  silent.destroy();
}, 20_000);
